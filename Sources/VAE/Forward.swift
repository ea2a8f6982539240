public import Tensors

extension Parameters {
    /// Encodes a batch: fills hidden layers, μ, log σ² and σ of `activations`.
    ///
    /// `images` is `(batch, inputs)` with pixels in [0, 1]; `batch ≤ activations.capacity`. A
    /// conditional model reads `activations.condition`.
    public func encode(_ images: Matrix, into activations: Activations) {
        let batch = 0..<images.rows
        let condition = activations.condition.rows(batch)
        var x = images
        for (layer, output) in zip(encoder, activations.encoder) {
            let y = output.rows(batch)
            layer.forward(x, condition: condition, into: y)
            rectify(y)
            x = y
        }
        mu.forward(x, condition: condition, into: activations.mu.rows(batch))
        logVariance.forward(
            x, condition: condition, into: activations.logVariance.rows(batch))
        let deviation = activations.deviation.rows(batch)
        forEachElement(deviation, activations.logVariance.rows(batch)) { $0 = $1 / 2 }
        activations.functions.exponential.apply(to: deviation, into: deviation)
    }

    /// Reparameterises: `z = μ + σ·ε`, with `epsilon` of shape `(batch, latent)`.
    public func sample(_ epsilon: Matrix, in activations: Activations) {
        let batch = 0..<epsilon.rows
        let z = activations.z.rows(batch)
        z.copy(from: activations.mu.rows(batch))
        forEachElement(z, activations.deviation.rows(batch), epsilon) { z, sigma, epsilon in
            z += sigma * epsilon
        }
    }

    /// Decodes a batch of latent codes `(batch, latent)`: fills hidden layers, logits and
    /// reconstruction of `activations`.
    public func decode(_ codes: Matrix, into activations: Activations) {
        let batch = 0..<codes.rows
        let condition = activations.condition.rows(batch)
        var x = codes
        for (layer, output) in zip(decoder, activations.decoder) {
            let y = output.rows(batch)
            layer.forward(x, condition: condition, into: y)
            rectify(y)
            x = y
        }
        let logits = activations.logits.rows(batch)
        output.forward(x, condition: condition, into: logits)
        activations.functions.logistic.apply(
            to: logits, into: activations.reconstruction.rows(batch))
    }
}

/// ReLU in place.
private func rectify(_ matrix: Matrix) {
    forEachElement(matrix) { $0 = max($0, 0) }
}
