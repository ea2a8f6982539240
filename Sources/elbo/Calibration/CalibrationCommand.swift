import ArgumentParser
import Detection
import Files
import Formatting
import Platform
import Tensors
import Terminal
import VAE

/// `elbo calibration`: the calibrations that a directory holds.
struct CalibrationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibration",
        abstract: "List, show, compare and certify the calibrations of a directory.",
        discussion: """
            A directory is that of a model, or what a daemon keeps its state in (the key
            state; /var/lib/elbod under systemd). A calibration is named by its revision, or
            by the path of its file.
              elbo calibration list models/mnist
              elbo calibration certificate models/mnist
              elbo calibration diff /var/lib/elbod 3 4
              elbo calibration rollback models/mnist
            What a running daemon does: elbo threshold.
            """,
        subcommands: [
            List.self, Show.self, Diff.self, CertificateCommand.self, Audit.self,
            Rollback.self,
        ])

    /// `elbo calibration list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the calibration in force and those kept to go back to.")
        @OptionGroup var place: CalibrationPlace
        @Flag(help: "Print the result as JSON.")
        var json = false

        func run() throws {
            try reporting {
                let found = place.all
                guard !found.isEmpty else { throw place.nothing }
                if json { return try printJSON(found.map(CalibrationSummary.init)) }
                for one in found {
                    print("\(one.isInForce ? "→" : " ") \(CalibrationSummary(one).line)")
                }
                for path in place.unreadable { note("elbo: warning: \(path)\n") }
            }
        }
    }

    /// `elbo calibration show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show all there is to know of one calibration but its scores.")
        @OptionGroup var place: CalibrationPlace
        @Argument(help: "Revision or file (default: the one in force).")
        var revision: String?
        @Flag(help: "Print the result as JSON.")
        var json = false

        func run() throws {
            try reporting {
                let summary = CalibrationSummary(try place.find(revision))
                json ? try printJSON(summary) : print(summary.text)
            }
        }
    }

    /// `elbo calibration diff`.
    struct Diff: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Compare two calibrations: rules, images, and how their scores are distributed.",
            discussion: """
                D is the greatest difference of two distribution functions; it exceeds the
                critical value in 1 of 100 pairs of samples of one law (Kolmogorov, Smirnov).
                """)
        @OptionGroup var place: CalibrationPlace
        @Argument(help: "Revision or file.")
        var first: String
        @Argument(help: "Revision or file.")
        var second: String
        @Flag(help: "Print the result as JSON.")
        var json = false

        private struct JSON: Encodable {
            let first: CalibrationSummary
            let second: CalibrationSummary
            let samples: [CalibrationDifference.Sample]
            let firstBySecond: Double?
            let secondByFirst: Double?
        }

        func run() throws {
            try reporting {
                let (a, b) = (try place.find(first), try place.find(second))
                let difference = CalibrationDifference(
                    a.loaded.calibration, b.loaded.calibration)
                let (one, other) = (CalibrationSummary(a), CalibrationSummary(b))
                if json {
                    return try printJSON(
                        JSON(
                            first: one, second: other, samples: difference.samples,
                            firstBySecond: difference.firstBySecond,
                            secondByFirst: difference.secondByFirst))
                }
                print("  \(one.line)\n  \(other.line)")
                if !difference.isSameModel {
                    print(
                        "They belong to different models: their scores say nothing of each other.")
                }
                print("Rule    \(difference.isSameRule ? "the same" : "another")")
                print("Images  \(difference.isSameData ? "the same" : "others")")
                for sample in difference.samples {
                    print(
                        "\(padded(sample.score.rawValue, 6))  μ \(significant(sample.mu[0])) → "
                            + "\(significant(sample.mu[1])), σ \(significant(sample.sigma[0])) → "
                            + "\(significant(sample.sigma[1])), D \(fixed(sample.distance, 4)) "
                            + (sample.isShifted ? "above " : "below ")
                            + "\(fixed(sample.critical, 4)): "
                            + (sample.isShifted ? "shifted" : "no shift is seen"))
                }
                if let share = difference.firstBySecond {
                    print(
                        "The second calls \(fixed(100 * share, 2)) % of the first one's images anomalous"
                    )
                }
                if let share = difference.secondByFirst {
                    print(
                        "The first calls \(fixed(100 * share, 2)) % of the second one's images anomalous"
                    )
                }
            }
        }
    }

    /// `elbo calibration certificate`.
    struct CertificateCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "certificate",
            abstract:
                "State what certified bounds promise, and on what ground, in one paragraph to file.",
            discussion: """
                Only bounds drawn with --rule certified have one:
                  elbo calibrate --model DIR --redraw --rule certified --alpha 0.01
                  elbo calibration certificate DIR
                """)
        @OptionGroup var place: CalibrationPlace
        @Argument(help: "Revision or file (default: the one in force).")
        var revision: String?
        @Flag(help: "Print the numbers as JSON.")
        var json = false

        func run() throws {
            try reporting {
                let statement = try CertificateStatement(place.find(revision).loaded)
                json ? try printJSON(statement) : print(statement.text)
            }
        }
    }
}

/// Where calibrations are looked for.
struct CalibrationPlace: ParsableArguments {
    @Argument(help: "Model directory, or the state directory of a daemon.")
    var directory: String
    @OptionGroup var precision: PrecisionOption

    /// A calibration and where it is.
    struct Found {
        let loaded: LoadedCalibration
        let path: String
        let isInForce: Bool
    }

    private var folder: CalibrationFolder {
        CalibrationFolder(directory: directory, precision: precision.precision)
    }

    private func load(_ path: String) throws -> Found {
        do throws(CalibrationError) {
            return Found(
                loaded: try LoadedCalibration(file: path), path: path,
                isInForce: path == folder.inForce)
        } catch { throw Failure("\(path): \(error)", error.exitStatus) }
    }

    private var paths: [String] {
        [folder.inForce] + folder.revisions().reversed().map { folder.path(of: $0) }
    }

    /// All that can be read, the one in force first, then the newest first; each revision once.
    var all: [Found] {
        var seen: Set<Int> = []
        return paths.compactMap { try? load($0) }.filter {
            seen.insert($0.loaded.calibration.revision).inserted
        }
    }

    /// What cannot be read, a sentence each.
    var unreadable: [String] {
        paths.compactMap { path in
            guard fileKind(at: path) != .absent else { return nil }
            do { _ = try load(path) } catch { return "\(error)" }
            return nil
        }
    }

    var nothing: Failure {
        Failure(
            unreadable.first
                ?? "\(directory) holds no calibration for \(precision.precision.rawValue); elbo calibrate makes one",
            .noInput)
    }

    /// The calibration that a revision or a path names, or the one in force.
    func find(_ name: String?) throws -> Found {
        guard let name else {
            guard fileKind(at: folder.inForce) != .absent else { throw nothing }
            return try load(folder.inForce)
        }
        guard let revision = Int(name) else {
            guard fileKind(at: FilePath(argument: name)) != .absent else {
                throw Failure("\(name) is neither a revision nor a file", .noInput)
            }
            return try load(name)
        }
        let found = all
        if let one = found.first(where: { $0.loaded.calibration.revision == revision }) {
            return one
        }
        let known = found.map { "\($0.loaded.calibration.revision)" }.joined(separator: ", ")
        throw Failure(
            "\(directory) holds no revision \(revision)"
                + (known.isEmpty ? "" : "; it holds \(known)"), .noInput)
    }
}

/// What there is to know of a calibration but its scores.
struct CalibrationSummary: Encodable {
    let revision: Int
    let inForce: Bool
    let path: String
    let sha256: String
    let created: String
    let how: String?
    let after: Int?
    let rule: DecisionRule
    let title: String
    let lower: Double?
    let upper: Double?
    let n: Int
    let data: Calibration.DataIdentity
    let model: String
    let precision: String
    let scores: [String: Moments]

    struct Moments: Encodable {
        let mu: Double
        let sigma: Double
        let least: Float
        let median: Float
        let most: Float
    }

    init(_ found: CalibrationPlace.Found) {
        let calibration = found.loaded.calibration
        (revision, inForce, path) = (calibration.revision, found.isInForce, found.path)
        (sha256, created) = (found.loaded.digest.description, calibration.created.iso8601)
        (how, after) = (calibration.lineage?.how, calibration.lineage?.after)
        (rule, title) = (calibration.rule, calibration.rule.title)
        (lower, upper) = (calibration.bounds.lowerIfAny, calibration.bounds.upperIfAny)
        (n, data, model) = (calibration.sample.n, calibration.data, calibration.model)
        precision = calibration.computation.precision.rawValue
        scores = Dictionary(
            uniqueKeysWithValues: calibration.samples.map {
                let sorted = $0.value.sorted
                return (
                    $0.key.rawValue,
                    Moments(
                        mu: $0.value.mu, sigma: $0.value.sigma, least: sorted[0],
                        median: sorted[sorted.count / 2], most: sorted[sorted.count - 1])
                )
            })
    }

    /// On one line.
    var line: String {
        "revision \(revision)  \(created)  \(padded(how ?? "", 20))  \(rule.score.rawValue) "
            + "\(range(from: lower, to: upper)), \(title), \(grouped(n)) images of \(data.name)"
    }

    /// For people.
    var text: String {
        let moments = scores.sorted { $0.key < $1.key }.map { name, moments in
            "  \(padded(name, 6))    μ \(significant(moments.mu)), σ \(significant(moments.sigma)), from "
                + "\(significant(Double(moments.least))) to \(significant(Double(moments.most)))"
        }
        return """
            revision      \(revision)\(inForce ? ", in force here" : "")
            made          \(created)\(how.map { " by \($0)" } ?? "")\(after.map { ", after revision \($0)" } ?? "")
            rule          \(title) of \(rule.score.rawValue): normal \(range(from: lower, to: upper))
            images        \(grouped(n)) of \(data.name), pixels \(data.sha256)
            model         \(model), in \(precision)
            file          \(path), \(sha256)
            scores
            \(moments.joined(separator: "\n"))
            """
    }
}
