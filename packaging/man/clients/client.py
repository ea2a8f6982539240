import json, zmq

context = zmq.Context()
verdicts, images = context.socket(zmq.SUB), context.socket(zmq.PUSH)
verdicts.subscribe("")
verdicts.connect("ipc:///run/elbod/verdicts")
images.connect("ipc:///run/elbod/images")
verdicts.recv_multipart()  # a status, which comes every second: the subscription is in place
header = {"dtype": "uint8", "shape": [28, 28], "msg": "camera-1"}
images.send_multipart([json.dumps(header).encode(), bytes(784)])
while (answer := verdicts.recv_multipart())[0] == b"status/":
    pass
print(*(part.decode() for part in answer))
