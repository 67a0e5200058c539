// What is drawn with lines, and with what.

public protocol ShapeStyle: Sendable {}

public struct Color: ShapeStyle, Drawn, Hashable {
    nonisolated public init(red: Double, green: Double, blue: Double, opacity: Double = 1) {}
    nonisolated private init() {}
    public static let black = Color()
    public static let white = Color()
    public static let gray = Color()
    public static let red = Color()
    public static let secondary = Color()
    nonisolated public func opacity(_ opacity: Double) -> Color { self }
    nonisolated public static func == (a: Color, b: Color) -> Bool { true }
    nonisolated public func hash(into hasher: inout Hasher) {}
    func draw(_ pen: Pen) {}
}

public struct HierarchicalShapeStyle: ShapeStyle {}
public struct BackgroundStyle: ShapeStyle {}
public struct Material: ShapeStyle {}

extension ShapeStyle where Self == HierarchicalShapeStyle {
    public static var secondary: HierarchicalShapeStyle { .init() }
}

extension ShapeStyle where Self == BackgroundStyle {
    public static var background: BackgroundStyle { .init() }
}

extension ShapeStyle where Self == Material {
    public static var regularMaterial: Material { .init() }
    public static var bar: Material { .init() }
}

public struct StrokeStyle: Sendable {
    public init(lineWidth: CGFloat = 1, lineCap: CGLineCap = .butt, lineJoin: CGLineJoin = .miter) {}
}

public enum CGLineCap: Sendable { case butt, round }
public enum CGLineJoin: Sendable { case miter, round }

public struct Path: Sendable {
    public private(set) var points: [CGPoint] = []
    public init() {}
    public mutating func move(to point: CGPoint) { points.append(point) }
    public mutating func addLine(to point: CGPoint) { points.append(point) }
}

public protocol Shape: View, Sendable {
    nonisolated func path(in rect: CGRect) -> Path
}

@MainActor
extension Shape {
    public var body: some View { ShapeView() }
    public func stroke<S: ShapeStyle>(_ content: S, lineWidth: CGFloat = 1) -> some View { ShapeView(self) }
    public func stroke<S: ShapeStyle>(_ content: S, style: StrokeStyle) -> some View { ShapeView(self) }
    public func fill<S: ShapeStyle>(_ content: S) -> some View { ShapeView(self) }
    public func trim(from start: CGFloat = 0, to end: CGFloat = 1) -> some Shape { self }
}

/// A shape whose path was asked for.
struct ShapeView: Drawn {
    var path: Path?
    init() {}
    init(_ shape: some Shape) { path = shape.path(in: CGRect(x: 0, y: 0, width: 100, height: 100)) }
    func draw(_ pen: Pen) { pen.put("shape") }
}

public struct Circle: Shape {
    public init() {}
    nonisolated public func path(in rect: CGRect) -> Path { Path() }
}

public struct Capsule: Shape {
    public init() {}
    nonisolated public func path(in rect: CGRect) -> Path { Path() }
}

public struct Rectangle: Shape {
    public init() {}
    nonisolated public func path(in rect: CGRect) -> Path { Path() }
}

public struct RoundedRectangle: Shape {
    public init(cornerRadius: CGFloat) {}
    nonisolated public func path(in rect: CGRect) -> Path { Path() }
}

public struct Angle: Sendable {
    public static func degrees(_ degrees: Double) -> Angle { Angle() }
}
