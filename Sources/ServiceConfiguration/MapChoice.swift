/// Of which pictures the maps of where they are odd are published.
public enum MapChoice: String, Sendable, CaseIterable {
    /// Of none.
    case none
    /// Of those that are called anomalous.
    case anomalies
    /// Of all.
    case all
}
