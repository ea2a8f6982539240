/// What a call throws, as the sentence an operator would read; nil if it throws nothing.
public func refusal<Failure: Error & CustomStringConvertible>(
    _ body: () throws(Failure) -> Void
) -> String? {
    do throws(Failure) {
        try body()
        return nil
    } catch { return error.description }
}
