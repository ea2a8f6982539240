import CZeroMQ

let context = zmq_ctx_new()
let verdicts = zmq_socket(context, ZMQ_SUB), images = zmq_socket(context, ZMQ_PUSH)
zmq_setsockopt(verdicts, ZMQ_SUBSCRIBE, "", 0)
zmq_connect(verdicts, "ipc:///run/elbod/verdicts")
zmq_connect(images, "ipc:///run/elbod/images")
func next() -> String {  // A message: its parts, with a space between.
    var parts: [String] = [], part = [UInt8](repeating: 0, count: 65536), more: Int32 = 1, size = 4
    while more == 1 {
        let received = zmq_recv(verdicts, &part, part.count, 0)
        parts.append(String(decoding: part.prefix(Int(received)), as: UTF8.self))
        zmq_getsockopt(verdicts, ZMQ_RCVMORE, &more, &size)
    }
    return parts.joined(separator: " ")
}
_ = next()  // A status, which comes every second: the subscription is in place.
let header = #"{"dtype": "uint8", "shape": [28, 28], "msg": "camera-3"}"#
zmq_send(images, header, header.utf8.count, ZMQ_SNDMORE)
zmq_send(images, [UInt8](repeating: 0, count: 784), 784, 0)
var answer = next()
while answer.hasPrefix("status/") { answer = next() }
print(answer)
