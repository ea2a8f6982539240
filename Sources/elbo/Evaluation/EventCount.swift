import Detection
import Formatting
import Tensors
import VAE

/// How often normal images make an event: measured, for nothing is promised about consecutive frames.
struct EventCount: Encodable {
    /// k/m.
    let rule: String
    /// Images.
    let images: Int
    /// Events among them in the order in which they came, as those of a film or a shift do.
    let inOrder: Int
    /// Events in a shuffled order, the mean of 100: what independent frames would make.
    let shuffled: Double

    private static let shuffles = 100

    /// Counts the events of `rule` among images with these scores, judged as `calibration` does.
    init(_ scores: [Scores], _ calibration: Calibration, _ rule: EventRule) {
        let judge = Judge(calibration)
        var alarms = scores.map { judge.decide($0).isAnomaly }
        (self.rule, images) = (rule.description, scores.count)
        inOrder = Self.events(alarms, rule)
        var random = SplitMix64(seed: 1)
        var sum = 0
        for _ in 0..<Self.shuffles {
            alarms.shuffle(using: &random)
            sum += Self.events(alarms, rule)
        }
        shuffled = Double(sum) / Double(Self.shuffles)
    }

    private static func events(_ alarms: [Bool], _ rule: EventRule) -> Int {
        var window = EventWindow()
        return alarms.count { window.note($0, by: rule) == .opens }
    }

    /// For people.
    var text: String {
        func each(_ events: Double) -> String {
            events > 0
                ? "one in \(grouped(Int((Double(images) / events).rounded()))) images" : "none"
        }
        return """
            Events, \(rule)
              in their order        \(inOrder) in \(grouped(images)) images, \(each(Double(inOrder)))
              shuffled              \(fixed(shuffled, 2)), \(each(shuffled))
            """
    }
}
