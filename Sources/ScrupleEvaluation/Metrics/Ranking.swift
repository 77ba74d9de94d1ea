/// All samples of one score, and how many of them are hits.
struct ScoreGroup: Equatable {
  var score: Double
  var count: Int
  var hits: Int
}

/// The samples grouped by equal score, largest score first.
func rankedByDescendingScore(_ scores: [Double], _ hits: [Bool]) -> [ScoreGroup] {
  var groups: [ScoreGroup] = []
  for index in scores.indices.sorted(by: { scores[$0] > scores[$1] }) {
    let hit = hits[index] ? 1 : 0
    if let last = groups.last, last.score == scores[index] {
      groups[groups.count - 1].count += 1
      groups[groups.count - 1].hits += hit
    } else {
      groups.append(ScoreGroup(score: scores[index], count: 1, hits: hit))
    }
  }
  return groups
}
