public import Platform

extension ImagesError: ExitCoding {
    /// A picture that cannot be used.
    public var exitStatus: ExitStatus { .dataFormat }
}

extension SVGRasterizerError: ExitCoding {
    /// A figure that cannot be written.
    public var exitStatus: ExitStatus { .cannotCreate }
}
