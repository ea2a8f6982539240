import Networks
import Tensors
import VAE

// The backward pass, mirroring VAE/Forward.swift step by step from the last line to the first.
// `delta.name` is the gradient of the loss with respect to `activations.name`.

extension BatchBuffers {
    /// Computes the gradients of `(Σ reconstruction + β·Σ kl) / batch` with respect to all
    /// activations, after `forward`, which has left those with respect to the logits.
    ///
    /// `batch` is the size of the whole batch, of which these images may be a part.
    func backward(_ parameters: Parameters, beta: Float, batch: Int) {
        let scale = 1 / Float(batch)
        decodeBackward(parameters)
        activations.reparameterization.backward(
            delta.z, weight: beta * scale, mu: delta.mu, logVariance: delta.logVariance)
        encodeBackward(parameters)
    }

    private func decodeBackward(_ parameters: Parameters) {
        let outputs = [activations.z] + activations.decoder
        let deltas = [delta.z] + delta.decoder + [delta.logits]
        let layers = parameters.decoder + [parameters.output]
        for index in layers.indices.reversed() {
            activations.gemm.multiply(
                deltas[index + 1], layers[index].inputWeight, transposing: .second,
                into: deltas[index])
            if index > 0 { maskInactive(deltas[index], output: outputs[index]) }
        }
    }

    private func encodeBackward(_ parameters: Parameters) {
        let last = delta.encoder.count - 1
        activations.gemm.multiply(
            delta.mu, parameters.mu.weight, transposing: .second, into: delta.encoder[last])
        activations.gemm.multiply(
            delta.logVariance, parameters.logVariance.weight, transposing: .second,
            into: delta.encoder[last], accumulating: true)
        maskInactive(delta.encoder[last], output: activations.encoder[last])
        // Nobody needs the gradient of the image, so the first layer passes nothing on.
        for index in (0..<last).reversed() {
            activations.gemm.multiply(
                delta.encoder[index + 1], parameters.encoder[index + 1].weight,
                transposing: .second, into: delta.encoder[index])
            maskInactive(delta.encoder[index], output: activations.encoder[index])
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
