public import Datasets
public import Detection
public import VAE
public import VAETraining

/// A model to report on, with what is known of its making.
public struct ReportModel: Sendable {
    /// What the report calls it: its directory.
    public let name: String
    /// The model.
    public let loaded: LoadedModel
    /// The epochs of its training; empty if they are not known.
    public let history: [EpochRecord]
    /// The command that trains such a model, if it is known.
    public let trainingCommand: String?

    /// Puts together what is known of a model.
    public init(
        name: String, loaded: LoadedModel, history: [EpochRecord], trainingCommand: String? = nil
    ) {
        self.name = name
        self.loaded = loaded
        self.history = history
        self.trainingCommand = trainingCommand
    }
}

/// What a report examines, and with what.
public struct ReportInput: Sendable {
    /// The model the daemon runs; not conditional.
    public var main: ReportModel
    /// Its calibration.
    public var calibration: LoadedCalibration
    /// A model with two latent units, for the picture of the plane.
    public var plane: ReportModel?
    /// A conditional model, for images on request.
    public var conditional: ReportModel?
    /// A model trained to remove noise.
    public var denoising: ReportModel?
    /// Normal images for everything but detection.
    public var images: ImageSet
    /// Normal images that took no part in training and calibration.
    public var normal: ImageSet
    /// Images the model should flag.
    public var anomalous: ImageSet

    /// The least a report needs.
    public init(
        main: ReportModel, calibration: LoadedCalibration, images: ImageSet, normal: ImageSet,
        anomalous: ImageSet
    ) {
        self.main = main
        self.calibration = calibration
        self.images = images
        self.normal = normal
        self.anomalous = anomalous
    }

    /// The models there are.
    var models: [ReportModel] { [main, plane, conditional, denoising].compactMap { $0 } }

    /// The sets of images.
    var sets: [ImageSet] { [images, normal, anomalous] }
}
