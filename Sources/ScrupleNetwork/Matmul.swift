#if canImport(Accelerate)
  import Accelerate
#else
  import COneDNN
#endif

/// `C = A·B + β·C`, all row-major and dense, `C` of `rows × columns`, the sum over `inner`.
///
/// The only place where a matrix product is computed: oneDNN's `dnnl_sgemm`, or Accelerate's `cblas_sgemm`
/// where Accelerate exists. It runs on the calling thread alone: oneDNN's sums depend on the number of threads
/// for some sizes (measured: 128×104×784), and results should not depend on how many cores a machine has. They
/// do depend on the kind of CPU, for which oneDNN picks its kernel, and on the sizes.
///
/// - Parameters:
///   - a: `rows × inner`, or its transpose in memory when `transposeLeft`.
///   - b: `inner × columns`, or its transpose in memory when `transposeRight`.
///   - c: `rows × columns`; not read when `beta` is 0.
@inline(__always)
public func matmul(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
  rows: Int, columns: Int, inner: Int, transposeLeft: Bool = false, transposeRight: Bool = false,
  beta: Float = 0
) {
  #if canImport(Accelerate)
    cblas_sgemm(
      CblasRowMajor, transposeLeft ? CblasTrans : CblasNoTrans, transposeRight ? CblasTrans : CblasNoTrans,
      Int32(rows), Int32(columns), Int32(inner), 1, a, Int32(transposeLeft ? rows : inner),
      b, Int32(transposeRight ? inner : columns), beta, c, Int32(columns))
  #else
    omp_set_num_threads(1)
    let letters: (transposed: CChar, plain: CChar) = (84, 78)  // "T", "N"
    let status = dnnl_sgemm(
      transposeLeft ? letters.transposed : letters.plain, transposeRight ? letters.transposed : letters.plain,
      dnnl_dim_t(rows), dnnl_dim_t(columns), dnnl_dim_t(inner), 1, a,
      dnnl_dim_t(transposeLeft ? rows : inner), b, dnnl_dim_t(transposeRight ? inner : columns), beta, c,
      dnnl_dim_t(columns))
    precondition(status == dnnl_success, "dnnl_sgemm refused \(rows)×\(columns)×\(inner)")
  #endif
}

/// The library behind ``matmul(_:_:into:rows:columns:inner:transposeLeft:transposeRight:beta:)`` and its version.
public var matmulLibrary: String {
  #if canImport(Accelerate)
    return "Accelerate"
  #else
    guard let version = dnnl_version() else { return "oneDNN" }
    return "oneDNN \(version.pointee.major).\(version.pointee.minor).\(version.pointee.patch)"
  #endif
}
