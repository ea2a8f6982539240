import Tensors
import VAE

// The backward pass, mirroring VAE/Forward.swift step by step from the last line to the first.
// `delta.name` is the gradient of the loss with respect to `activations.name`.

extension BatchBuffers {
    /// Computes the gradients of `(Σ reconstruction + β·Σ kl) / batch` with respect to all
    /// activations, after `forward`.
    ///
    /// `batch` is the size of the whole batch, of which these images may be a part.
    func backward(_ parameters: Parameters, beta: Float, batch: Int) {
        let scale = 1 / Float(batch)
        logitsBackward(parameters.architecture.likelihood, scale: scale)
        decodeBackward(parameters)
        sampleBackward(beta: beta, scale: scale)
        encodeBackward(parameters)
    }

    /// For a Bernoulli pixel, `∂/∂a` of `max(a, 0) − x·a + log(1 + exp(−|a|))` is `x̂ − x`.
    ///
    /// For a Gaussian one the chain goes through `x̂ = logistic(a)`, whose derivative is `x̂·(1 − x̂)`.
    private func logitsBackward(_ likelihood: Likelihood, scale: Float) {
        switch likelihood {
        case .bernoulli:
            forEachElement(delta.logits, activations.reconstruction, images) { d, r, x in
                d = (r - x) * scale
            }
        case .gaussian(let variance):
            let weight = scale / variance
            forEachElement(delta.logits, activations.reconstruction, images) { d, r, x in
                d = (r - x) * r * (1 - r) * weight
            }
        }
    }

    private func decodeBackward(_ parameters: Parameters) {
        let outputs = [activations.z] + activations.decoder
        let deltas = [delta.z] + delta.decoder + [delta.logits]
        let layers = parameters.decoder + [parameters.output]
        for index in layers.indices.reversed() {
            multiply(
                deltas[index + 1], layers[index].inputWeight, transposing: .second,
                into: deltas[index])
            if index > 0 { maskInactive(deltas[index], outputs[index]) }
        }
    }

    /// z = μ + σ·ε with σ = exp(½ log σ²), so `∂z/∂log σ² = ½·σ·ε = ½·(z − μ)`.
    ///
    /// The KL term adds `β·μ` and `β·½·(σ² − 1)`.
    private func sampleBackward(beta: Float, scale: Float) {
        let weight = beta * scale
        forEachElement(delta.mu, delta.z, activations.mu) { d, dz, mu in d = dz + weight * mu }
        forEachElement(
            delta.logVariance, delta.z, activations.z, activations.mu, activations.deviation
        ) { d, dz, z, mu, sigma in d = (dz * (z - mu) + weight * (sigma * sigma - 1)) / 2 }
    }

    private func encodeBackward(_ parameters: Parameters) {
        let last = delta.encoder.count - 1
        multiply(delta.mu, parameters.mu.weight, transposing: .second, into: delta.encoder[last])
        multiply(
            delta.logVariance, parameters.logVariance.weight, transposing: .second,
            into: delta.encoder[last], accumulating: true)
        maskInactive(delta.encoder[last], activations.encoder[last])
        // Nobody needs the gradient of the image, so the first layer passes nothing on.
        for index in (0..<last).reversed() {
            multiply(
                delta.encoder[index + 1], parameters.encoder[index + 1].weight,
                transposing: .second, into: delta.encoder[index])
            maskInactive(delta.encoder[index], activations.encoder[index])
        }
    }

    /// What goes into each layer and the gradient of what comes out, in the order of
    /// `Parameters.layers`; `∂W = inputᵀ·delta` and `∂b = Σ rows of delta`.
    var layerFlows: [(input: Matrix, delta: Matrix)] {
        let encoded = [seen] + activations.encoder
        let decoded = [activations.z] + activations.decoder
        return Array(zip(encoded, delta.encoder))
            + [
                (encoded[encoded.count - 1], delta.mu),
                (encoded[encoded.count - 1], delta.logVariance),
            ]
            + Array(zip(decoded, delta.decoder + [delta.logits]))
    }
}

/// ReLU passes a gradient where its output was above zero and nothing elsewhere.
private func maskInactive(_ delta: Matrix, _ output: Matrix) {
    forEachElement(delta, output) { d, y in d = y > 0 ? d : 0 }
}
