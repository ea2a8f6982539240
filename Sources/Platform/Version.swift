/// The version of elbod, as `--version` prints it and model files record it.
public let elbodVersion = "0.2.0"
