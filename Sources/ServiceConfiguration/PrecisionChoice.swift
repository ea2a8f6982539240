import Detection
import Files
public import Tensors

extension Configuration {
    /// A precision, or the fastest.
    public enum PrecisionChoice: Sendable, Equatable {
        /// This one.
        case only(Precision)
        /// The fastest for which the processor has instructions and the model directory a calibration.
        case automatic

        /// Reads fp32, bf16, int8 or auto.
        init?(_ text: String) {
            if text == "auto" {
                self = .automatic
            } else if let precision = Precision(rawValue: text) {
                self = .only(precision)
            } else {
                return nil
            }
        }

        /// As it is written.
        var text: String {
            if case .only(let precision) = self { precision.rawValue } else { "auto" }
        }

        /// What it comes to here, with this model directory.
        public func resolved(for model: String) throws(ConfigurationError) -> Precision {
            switch self {
            case .automatic:
                return [Precision.int8, .bf16].first {
                    $0.isSupported && fileKind(at: Calibration.path(in: model, $0)) == .file
                } ?? .fp32
            case .only(let precision):
                guard precision.isSupported else {
                    throw .value(
                        key: "precision", value: precision.rawValue,
                        allowed: "fp32 or auto on this processor, which lacks the instructions")
                }
                return precision
            }
        }
    }
}
