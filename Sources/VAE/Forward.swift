import Networks
public import Tensors

extension ModelParameters {
    /// Encodes a batch: fills hidden layers, μ and log σ² of `activations`.
    ///
    /// `images` is `(batch, inputs)` with pixels in [0, 1]; `batch ≤ activations.capacity`. A
    /// conditional model reads `activations.condition`.
    public func encode(_ images: Matrix, into activations: Activations) {
        let batch = 0..<images.rows
        let (condition, gemm) = (activations.condition.rows(batch), activations.gemm)
        var x = images
        for (layer, output) in zip(encoder, activations.encoder) {
            let y = output.rows(batch)
            layer.forward(x, condition: condition, rectifying: true, into: y, by: gemm)
            x = y
        }
        mu.forward(x, condition: condition, into: activations.mu.rows(batch), by: gemm)
        logVariance.forward(
            x, condition: condition, into: activations.logVariance.rows(batch), by: gemm)
    }

    /// Reparameterises: `z = μ + σ·ε`, with `epsilon` of shape `(batch, latent)`; fills σ and z.
    public func sample(_ epsilon: Matrix, in activations: Activations) {
        activations.rows(0..<epsilon.rows).reparameterization.sample(epsilon)
    }

    /// Decodes a batch of latent codes `(batch, latent)`: fills hidden layers and logits of
    /// `activations`.
    public func decodeLogits(_ codes: Matrix, into activations: Activations) {
        let batch = 0..<codes.rows
        let (condition, gemm) = (activations.condition.rows(batch), activations.gemm)
        var x = codes
        for (layer, output) in zip(decoder, activations.decoder) {
            let y = output.rows(batch)
            layer.forward(x, condition: condition, rectifying: true, into: y, by: gemm)
            x = y
        }
        output.forward(
            x, condition: condition, into: activations.logits.rows(batch), by: gemm)
    }

    /// The same, and the reconstruction.
    public func decode(_ codes: Matrix, into activations: Activations) {
        decodeLogits(codes, into: activations)
        let batch = 0..<codes.rows
        logistic(activations.logits.rows(batch), into: activations.reconstruction.rows(batch))
    }
}
