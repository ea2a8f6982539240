import Tensors
import VAE

// The backward pass, mirroring VAE/Forward.swift step by step from the last line to the first.
// `delta.name` is the gradient of the loss with respect to `activations.name`.

extension Shard {
    /// Computes the gradient of `(Σ reconstruction + β·Σ kl) / batch` over this shard's images,
    /// after `forward`; `batch` is the size of the whole batch, of which this is a part.
    func backward(_ parameters: Parameters, beta: Float, batch: Int) {
        let scale = 1 / Float(batch)
        logitsBackward(parameters.architecture.likelihood, scale: scale)
        decodeBackward(parameters)
        sampleBackward(beta: beta, scale: scale)
        encodeBackward(parameters)
    }

    /// Bernoulli: ∂/∂a of `max(a,0) − x·a + log(1 + e^−|a|)` is `x̂ − x`. Gaussian: the chain rule
    /// through x̂ = logistic(a), whose derivative is `x̂·(1 − x̂)`.
    private func logitsBackward(_ likelihood: Likelihood, scale: Float) {
        let rows = 0..<count
        let (d, r, x) = (
            delta.logits.rows(rows), activations.reconstruction.rows(rows), images.rows(rows)
        )
        switch likelihood {
        case .bernoulli:
            forEachElement(d, r, x) { d, r, x in d = (r - x) * scale }
        case .gaussian(let variance):
            let weight = scale / variance
            forEachElement(d, r, x) { d, r, x in d = (r - x) * r * (1 - r) * weight }
        }
    }

    private func decodeBackward(_ parameters: Parameters) {
        let rows = 0..<count
        let inputs = [activations.z] + activations.decoder
        let deltas = [delta.z] + delta.decoder
        let layers = parameters.decoder + [parameters.output]
        let gradients = gradient.decoder + [gradient.output]
        for index in layers.indices.reversed() {
            let out = (index + 1 < deltas.count ? deltas[index + 1] : delta.logits).rows(rows)
            gradients[index].setGradient(input: inputs[index].rows(rows), delta: out)
            multiply(
                out, layers[index].weight, transposing: .second, into: deltas[index].rows(rows))
            if index > 0 { maskInactive(deltas[index].rows(rows), inputs[index].rows(rows)) }
        }
    }

    /// z = μ + σ·ε with σ = exp(½ log σ²), so ∂z/∂log σ² = ½·σ·ε = ½·(z − μ); the KL term adds
    /// `β·μ` and `β·½·(σ² − 1)`.
    private func sampleBackward(beta: Float, scale: Float) {
        let rows = 0..<count
        let weight = beta * scale
        forEachElement(delta.mu.rows(rows), delta.z.rows(rows), activations.mu.rows(rows)) {
            d, dz, mu in d = dz + weight * mu
        }
        forEachElement(
            delta.logVariance.rows(rows), delta.z.rows(rows), activations.z.rows(rows),
            activations.mu.rows(rows), activations.deviation.rows(rows)
        ) { d, dz, z, mu, sigma in d = (dz * (z - mu) + weight * (sigma * sigma - 1)) / 2 }
    }

    private func encodeBackward(_ parameters: Parameters) {
        let rows = 0..<count
        let inputs = [images] + activations.encoder
        guard let last = inputs.last, let lastDelta = delta.encoder.last else { return }
        gradient.mu.setGradient(input: last.rows(rows), delta: delta.mu.rows(rows))
        gradient.logVariance.setGradient(
            input: last.rows(rows), delta: delta.logVariance.rows(rows))
        let d = lastDelta.rows(rows)
        multiply(delta.mu.rows(rows), parameters.mu.weight, transposing: .second, into: d)
        multiply(
            delta.logVariance.rows(rows), parameters.logVariance.weight, transposing: .second,
            into: d,
            accumulating: true)
        for index in parameters.encoder.indices.reversed() {
            let out = delta.encoder[index].rows(rows)
            maskInactive(out, inputs[index + 1].rows(rows))
            gradient.encoder[index].setGradient(input: inputs[index].rows(rows), delta: out)
            guard index > 0 else { break }  // nobody needs the gradient of the image
            multiply(
                out, parameters.encoder[index].weight, transposing: .second,
                into: delta.encoder[index - 1].rows(rows))
        }
    }
}

extension Dense {
    /// `∂W = xᵀ·δ`, `∂b = Σ rows of δ`, written into this layer, which belongs to a gradient.
    fileprivate func setGradient(input: Matrix, delta: Matrix) {
        multiply(input, delta, transposing: .first, into: weight)
        sumRows(of: delta, into: bias)
    }
}

/// ReLU passes a gradient where its output was above zero and nothing elsewhere.
private func maskInactive(_ delta: Matrix, _ output: Matrix) {
    forEachElement(delta, output) { d, y in d = y > 0 ? d : 0 }
}
