import Terminal

/// Runs `body`; an error ends `elbo` with its sentence and its exit code.
func reporting<Result>(_ body: () throws -> Result) throws -> Result {
    try reporting(as: "elbo", body)
}
