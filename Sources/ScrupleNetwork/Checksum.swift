import Crypto

/// SHA-256, and how checksums are written.
public enum Checksum {
  /// The SHA-256 of some bytes: 32 bytes.
  public static func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

  /// Two hexadecimal digits for each byte.
  public static func text(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }
}
