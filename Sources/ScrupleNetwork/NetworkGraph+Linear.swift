extension NetworkGraph {
  /// The same layers without activations and normalization, the last one with another number of outputs.
  package func linear(outputs: Int) -> NetworkGraph {
    let entries = layout.entries.enumerated().map { index, entry in
      ParameterLayout.Description(
        inputs: entry.inputs, outputs: index == layout.entries.count - 1 ? outputs : entry.outputs,
        activation: .identity)
    }
    let nodes = nodes.enumerated().map { index, node in
      Node(
        operation: node.operation, sources: node.sources, entry: node.entry, activation: .identity,
        count: index == self.nodes.count - 1 ? outputs : node.count)
    }
    return NetworkGraph(nodes: nodes, inputCount: inputCount, layout: ParameterLayout(entries))
  }

  /// The entry of the nearest layer with weights before a source that constants reach unchanged: through poolings, and
  /// through one summand of an addition; `nil` if there is only the input.
  package func producer(of source: Int) -> Int? {
    guard source >= 0 else { return nil }
    let node = nodes[source]
    if let entry = node.entry { return entry }
    return node.sources.lazy.compactMap { producer(of: $0) }.first
  }
}
