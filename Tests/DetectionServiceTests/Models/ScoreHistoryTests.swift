import Detection
import Files
import Frames
import Platform
import TestSupport
import Testing
import VAE

@testable import DetectionService

@Suite struct ScoreHistoryTests {
    private let sources = [Source("a"), Source("b", index: SourceIndex(1))]

    /// The verdict of edition `edition` on a frame of source `source` that scored `mse`.
    private func verdict(
        _ mse: Float, source: Int = 0, edition: Int = 1
    ) throws -> Verdict {
        let model = SHA256Digest(of: [])
        let calibration = try Calibration(
            scores: [1, 2, 3].map { Scores(mse: $0) }, rule: .sigma(score: .mse, k: 2),
            model: model, data: .init(name: "toys", sha256: "sha256:00"),
            created: UnixTime(nanoseconds: 0), revision: 1)
        let rulebook = Rulebook(
            try LoadedCalibration(bytes: calibration.encoded(), model: model))
        var intake = Intake()
        try intake.take(header("\"source\":\"a\""))
        if source == 1 { try intake.take(header("\"source\":\"b\"")) }
        var (decider, verdicts) = (Decider(), [Verdict]())
        let batch = intake.batch
        decider.decide(
            batch, scores: Array(repeating: Scores(mse: mse), count: batch.count),
            edition: EditionNumber(rawValue: edition), by: rulebook,
            at: .init(started: UnixTime(nanoseconds: 0), scored: UnixTime(nanoseconds: 0)),
            into: &verdicts)
        return try #require(verdicts.first { $0.frame.source.value == source })
    }

    @Test func `the last scores are kept, and who they belong to`() throws {
        var history = ScoreHistory(limit: 3)
        for mse in [1, 2, 3, 4, 5] as [Float] { history.note(try verdict(mse), of: sources) }
        #expect(history.entries.map(\.scores.mse).sorted() == [3, 4, 5])
        history.note(try verdict(6, source: 1), of: sources)
        #expect(Set(history.entries.map(\.source.name)) == ["a", "b"])
    }

    @Test func `a frame that was rejected has no score to remember`() throws {
        var history = ScoreHistory(limit: 3)
        history.note(try verdict(.nan), of: sources)
        #expect(history.entries.isEmpty)
    }

    @Test func `scores of two models are never mixed`() throws {
        var history = ScoreHistory(limit: 8)
        _ = history.startCollecting(4, source: nil)
        history.note(try verdict(1, edition: 1), of: sources)
        history.restart(from: EditionNumber(rawValue: 2))
        #expect(history.entries.isEmpty && history.collection?.scores.isEmpty == true)
        // A thread that had not adopted the new edition yet.
        history.note(try verdict(2, edition: 1), of: sources)
        #expect(history.entries.isEmpty)
        history.note(try verdict(3, edition: 2), of: sources)
        #expect(history.entries.map(\.scores.mse) == [3])
        #expect(history.collection?.scores.map(\.mse) == [3])
    }

    @Test func `a gathering ends when its holder has not been heard of for too long`() throws {
        var history = ScoreHistory(limit: 8)
        let start = Gathering.Moment.now
        let lease = Gathering.Lease(holder: "desk", seconds: 10)
        let answer1 = history.startCollecting(2, source: nil, lease, at: start)
        #expect(answer1)
        let ticket = try #require(history.collection?.ticket)
        let answer2 = history.startCollecting(2, source: nil, at: start + .seconds(9))
        #expect(!answer2)
        let answer3 = history.renew(ticket, at: start + .seconds(9))
        #expect(answer3)
        let answer4 = history.renew("another", at: start + .seconds(9))
        #expect(!answer4)
        #expect(history.collection?.secondsLeft(at: start + .seconds(18)) == 2)
        let answer5 = history.startCollecting(2, source: nil, lease, at: start + .seconds(19))
        #expect(answer5)
        #expect(history.collection?.ticket != ticket)
        let answer6 = history.renew(ticket, at: start + .seconds(19))
        #expect(!answer6)
    }

    @Test func `whoever knows of no lease keeps it by asking, with or without a ticket`() throws {
        var history = ScoreHistory(limit: 8)
        let start = Gathering.Moment.now
        let answer7 = history.startCollecting(2, source: nil, at: start)
        #expect(answer7)
        let answer8 = history.renew(nil, at: start + .seconds(59))
        #expect(answer8)
        history.expire(at: start + .seconds(118))
        #expect(history.collection != nil)
        history.expire(at: start + .seconds(119))
        #expect(history.collection == nil)
        #expect(history.ending == "the gathering has ended, for nobody asked for it for 60 s")
        let answer9 = history.renew(nil, at: start + .seconds(119))
        #expect(!answer9)
    }

    @Test func `another model has gathering begin anew, and that is counted`() throws {
        var history = ScoreHistory(limit: 8)
        _ = history.startCollecting(2, source: nil)
        for mse in [1, 2] as [Float] { history.note(try verdict(mse), of: sources) }
        #expect(history.collection?.isComplete == true)
        history.restart(from: EditionNumber(rawValue: 2))
        #expect(history.collection?.isComplete == false && history.collection?.restarts == 1)
    }

    @Test func `as many scores are gathered as were asked for, of one source alone`() throws {
        var history = ScoreHistory(limit: 8)
        let (isStarted, isStartedTwice) = (
            history.startCollecting(2, source: "b"), history.startCollecting(5, source: nil)
        )
        #expect(isStarted && !isStartedTwice)
        history.note(try verdict(1), of: sources)
        #expect(history.collection?.scores.isEmpty == true)
        for mse in [2, 3, 4] as [Float] { history.note(try verdict(mse, source: 1), of: sources) }
        #expect(history.collection?.scores.map(\.mse) == [2, 3])
        #expect(history.collection?.isComplete == true)
        history.stopCollecting()
        #expect(history.collection == nil)
    }
}
