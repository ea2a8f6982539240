/// The name and size of one dense layer.
public struct LayerShape: Hashable, Sendable {
    /// Its name in a model file, without `.weight` and `.bias`.
    public let name: String
    /// Values in, the one-hot label not counted.
    public let inputs: Int
    /// Values out.
    public let outputs: Int
    /// Length of the one-hot label that is appended to the values in; 0 if there is none.
    public let classes: Int

    /// A layer of these sizes.
    public init(name: String, inputs: Int, outputs: Int, classes: Int = 0) {
        (self.name, self.inputs, self.outputs) = (name, inputs, outputs)
        self.classes = classes
    }

    /// The number of weights and biases.
    public var parameterCount: Int { (inputs + classes + 1) * outputs }
}
