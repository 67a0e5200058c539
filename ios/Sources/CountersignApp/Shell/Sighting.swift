import Countersign
import Foundation

/// Where a code was seen in a frame, and what the user should do.
struct Sighting: Equatable {
    let sight: Sight
    let width: Int
    let height: Int
    /// By how many degrees the frame has to be turned to the right to stand upright: 0, 90, 180 or 270.
    let rotation: Int

    /// The corners of the code where the camera's picture, upright and filling the view, shows them, in points.
    func placed(in view: CGSize) -> [CGPoint]? {
        guard let corners = sight.corners else { return nil }
        let around = [corners.upperLeft, corners.upperRight, corners.lowerRight, corners.lowerLeft]
        return around.map { place($0, in: view) }
    }

    private func place(_ point: Point, in view: CGSize) -> CGPoint {
        let (x, y, w, h) = (CGFloat(point.x), CGFloat(point.y), CGFloat(width), CGFloat(height))
        let (turned, upright): (CGPoint, CGSize) =
            switch rotation {
            case 90: (CGPoint(x: h - y, y: x), CGSize(width: h, height: w))
            case 180: (CGPoint(x: w - x, y: h - y), CGSize(width: w, height: h))
            case 270: (CGPoint(x: y, y: w - x), CGSize(width: h, height: w))
            default: (CGPoint(x: x, y: y), CGSize(width: w, height: h))
            }
        let scale = max(view.width / upright.width, view.height / upright.height)
        return CGPoint(
            x: view.width / 2 + (turned.x - upright.width / 2) * scale,
            y: view.height / 2 + (turned.y - upright.height / 2) * scale)
    }

    /// Where the brackets wait while no code is seen.
    static func waiting(in view: CGSize) -> [CGPoint] {
        let half = min(view.width, view.height) * 0.34
        let middle = CGPoint(x: view.width / 2, y: view.height * 0.42)
        return [(-half, -half), (half, -half), (half, half), (-half, half)].map { dx, dy in
            CGPoint(x: middle.x + dx, y: middle.y + dy)
        }
    }
}
