import Foundation

/// Encoded pictures that tests of several targets use; made by OpenCV and by Python's zlib.
public enum PictureSamples {
    /// A grey JPEG of 2×2 pixels: 1 51, 102 255.
    public static let gray = bytes(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
            + "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAALCAACAAIBAREA/8QAFAABAAAAAAAAAAAAAAAA"
            + "AAAACv/EABwQAAMBAAMBAQAAAAAAAAAAAAMEBQgCBgcBCf/aAAgBAQAAPwBUGPPz2wLZyRlqvXw9kCrW"
            + "q5z8RpVKlLNPi71GlRe8z6w06++610orLjrjJSsNNMFIdg5CFKTmTny5ff/Z")

    /// A JPEG of 2×2 pixels: red, green, blue and a grey of 90.
    public static let color = bytes(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
            + "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/2wBDAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
            + "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAARCAACAAIDAREAAhEBAxEB/8QA"
            + "FAABAAAAAAAAAAAAAAAAAAAACf/EABoQAQEBAQEBAQAAAAAAAAAAAAIBBgcFABH/xAAVAQEBAAAAAAAA"
            + "AAAAAAAAAAAGB//EABsRAAIDAQEBAAAAAAAAAAAAAAQGAwUHAggB/9oADAMBAAIRAxEAPwAzOUdR6YOW"
            + "81A6LugBgMcQDrtASSc750JJnoSEmSSSSSSSSfnyD1D58wOq9MeiaurxDIK2trd01sCurgM0TAwQAQ39"
            + "gHECCEHpYxxRBR444BxoI44YIY+IouOeOeefkfPxfHX0416esnzR0dnQslscXFsRFZjamxqY5u7hhZmZ"
            + "huKoy3vmC9tzDLS5ubQwqxtLEok44mcmeWXr/9k=")

    /// A progressive grey JPEG of 8×8 pixels: 0, 4, 8 and so on to 252.
    public static let progressive = bytes(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
            + "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wgALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAA"
            + "AAAABP/aAAgBAQAAAAE//8QAFhAAAwAAAAAAAAAAAAAAAAAAAAUI/9oACAEBAAEFAls3H//EABgQAAID"
            + "AAAAAAAAAAAAAAAAAAACJKPh/9oACAEBAAY/AlgV4f/EABUQAQEAAAAAAAAAAAAAAAAAAACh/9oACAEB"
            + "AAE/IYi//9oACAEBAAAAEH//xAAWEAADAAAAAAAAAAAAAAAAAAAAUfD/2gAIAQEAAT8QtEf/2Q==")

    /// A grey JPEG of 28×28 pixels: a white ring on black.
    public static let ring = bytes(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwz"
            + "Oko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//wAALCAAcABwBAREA/8QAGAAAAwEBAAAAAAAAAAAA"
            + "AAAAAgYHAAX/xAAkEAABBAIBBAMBAQAAAAAAAAABAgMEBQARBhIhMVEHE0Fxgf/aAAgBAQAAPwCbRIr8"
            + "2S3GitqcdcOkpH7j5E+LpJjpXPsWY7ih2QBvX+5weTcNsuPD7nel+MToOo/P6PzFvKF8TRWTMnTlpC3G"
            + "G9IHr3ipfXdhZWz78iS6NLISkKICQD4x94HOeveMWVbZkvttIISpffQI8ZLnU9Dq0A76VEbxh4PyIceu"
            + "fseBMZ4dDoH56OOFhwmivZJsau2bZbePUpAIIG/XrBtLKn4bx16pp3xImvghawd+e2zrJae52c2GhxxA"
            + "IQtSd+dHWAe52c2f/9k=")

    /// A colour JPEG of 40×30 pixels, all of red 40, green 120 and blue 200, or nearly.
    public static let plain = bytes(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYa"
            + "HSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgo"
            + "KCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCj/wAARCAAoAB4DAREAAhEBAxEB/8QA"
            + "FQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAA"
            + "AAAAAAb/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCAvUSAAAAAAAAAAAAAAAAAAA//"
            + "2Q==")

    /// A PNG of the pixels of `color`.
    public static let colorPNG = bytes(
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAE0lEQVR4nGP4z8DAAMIM/6OiogAcEAQM"
            + "2XB1eQAAAABJRU5ErkJggg==")

    static func bytes(_ base64: String) -> [UInt8] {
        guard let data = Data(base64Encoded: base64) else {
            preconditionFailure("the sample is no base64")
        }
        return Array(data)
    }
}
