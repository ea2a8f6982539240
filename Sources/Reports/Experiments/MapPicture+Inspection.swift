public import Drawing
public import Images
public import Inspection

extension MapPicture {
    /// A picture with what a model finds in it: coloured above `bound`, with these boxes.
    public init(
        _ picture: Image, _ map: InspectionMap, above bound: Float, in placement: PicturePlacement,
        boxes: [InspectionMap.Box]
    ) {
        self.init(
            picture,
            HeatMap(map.errors(atPixelsIn: placement).map { $0 / bound }, of: picture.shape),
            boxes: boxes.map {
                Box(left: $0.left, top: $0.top, width: $0.width, height: $0.height)
            })
    }
}
