import Control
import Files
import FoundationEssentials
import Frames
import Testing

/// The bytes of answers are what dashboards and scripts read: they are pinned here.
@Suite struct AnswerTests {
    private func encoded(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder.elbod.encode(value), as: UTF8.self)
    }

    @Test func `a status is one line with these keys in this order`() throws {
        var status = Status()
        status.state = "serving"
        (status.k, status.lower, status.upper) = (0, 0, 0)
        status.modelDirectory = "models/mnist"
        status.rejections = ["header_not_json": 1, "aKey": 2]
        status.publicKey = "KEY"
        status.reloadError = "no/such"
        status.ownBounds = ["a"]
        status.collecting = .init(gathered: 1, wanted: 2, source: "cam_1")
        let line = try encoded(status)
        #expect(
            line == """
                {"anomalous":0,"calibration":"","calibration_revision":0,"collecting":{"gathered":1,\
                "source":"cam_1","wanted":2},"control_messages":0,"dropped":0,"epoch":"",\
                "in_flight":0,"ingest":[],"k":0,"lower":0,"model":"",\
                "model_directory":"models/mnist","other_shards":0,"own_bounds":["a"],"pid":0,\
                "precision":"","public_key":"KEY","publish":[],"published":0,"queue":0,\
                "queue_capacity":0,"received":0,"rejected":0,"rejections":{"aKey":2,\
                "header_not_json":1},"reload_error":"no/such","reloads":0,"reloads_refused":0,\
                "schema":"elbod.status/1","score":"","scored":0,"sources":0,"stale_sources":0,\
                "state":"serving","threads":0,"ts":"","upper":0,"uptime":0,"version":"",\
                "worker":""}
                """)
        let read = try JSONDecoder.elbod.decode(Status.self, from: Data(line.utf8))
        #expect(try encoded(read) == line)
    }

    @Test func `a source is one object with these keys in this order`() throws {
        let source = SourceStatus(
            Source("cam/1"), FrameLedger(), isStale: true, hasOwnBounds: false)
        let line = try encoded([source])
        #expect(
            line == """
                [{"anomalous":0,"dropped":0,"duplicates":0,"faults":{},"in_flight":0,\
                "last_received":"1970-01-01T00:00:00.000000Z","missed":0,"own_bounds":false,\
                "received":0,"rejections":{},"reordered":0,"restarts":0,"scored":0,\
                "source":"cam/1","stale":true}]
                """)
        let read = try JSONDecoder.elbod.decode([SourceStatus].self, from: Data(line.utf8))
        #expect(try encoded(read) == line)
    }

    @Test func `an effect and an error are objects with these keys in this order`() throws {
        let line = """
            {"result":{"anomalous_after":2,"anomalous_before":1,"changed":3,"new":{"data":"d",\
            "k":2,"lower":1,"n":5,"revision":2,"score":"mse","upper":4},"old":{"data":"c/d",\
            "k":3,"lower":1,"n":5,"revision":1,"score":"mse","upper":4},"recent":9}}
            """
        let answer = try JSONDecoder.elbod.decode(
            ControlAnswer<CalibrationEffect>.self, from: Data(line.utf8))
        #expect(answer.result?.anomalousBefore == 1 && answer.result?.anomalousAfter == 2)
        #expect(try encoded(answer) == line)
        let refusal = ControlAnswer<Status>(result: nil, error: "no/way")
        #expect(try encoded(refusal) == #"{"error":"no/way"}"#)
    }
}
