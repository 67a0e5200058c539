// Stands in for SwiftUI on Linux: declares what the screens use, with Apple's signatures as far as they go, and draws a view
// into a tree that a test reads and touches (`Screen`). It is compiled on Linux only, and nothing is laid out.

@_exported import Foundation
@_exported import Observation

@MainActor @preconcurrency
public protocol View {
    associatedtype Body: View
    @ViewBuilder @MainActor @preconcurrency var body: Body { get }
}

extension Never: View {
    public var body: Never { fatalError("nothing is below a view that draws itself") }
}

/// A view that draws itself.
@MainActor
protocol Drawn: View where Body == Never {
    func draw(_ pen: Pen)
}

/// A view that UIKit draws.
@MainActor
public protocol PlacedBySystem: View {
    func place() -> AnyObject
    func refresh(_ placed: AnyObject)
    func remove(_ placed: AnyObject)
    func view(of placed: AnyObject) -> AnyObject?
}

extension Drawn {
    public var body: Never { fatalError("it draws itself") }
}

@resultBuilder @MainActor
public struct ViewBuilder {
    public static func buildBlock() -> EmptyView { EmptyView() }
    public static func buildBlock<Content: View>(_ content: Content) -> Content { content }
    public static func buildBlock<each Content: View>(_ content: repeat each Content) -> TupleView<
        (repeat each Content)
    > {
        var views: [any View] = []
        repeat views.append(each content)
        return TupleView(views: views)
    }
    public static func buildExpression<Content: View>(_ content: Content) -> Content { content }
    public static func buildIf<Content: View>(_ content: Content?) -> Content? { content }
    public static func buildEither<A: View, B: View>(first: A) -> _ConditionalContent<A, B> { .first(first) }
    public static func buildEither<A: View, B: View>(second: B) -> _ConditionalContent<A, B> { .second(second) }
}

public struct TupleView<T>: Drawn {
    let views: [any View]
    func draw(_ pen: Pen) { for (index, view) in views.enumerated() { pen.draw(view, at: "\(index)") } }
}

public enum _ConditionalContent<A: View, B: View>: Drawn {
    case first(A)
    case second(B)
    func draw(_ pen: Pen) {
        switch self {
        case .first(let view): pen.draw(view, at: "if")
        case .second(let view): pen.draw(view, at: "else")
        }
    }
}

extension Optional: View where Wrapped: View {
    public var body: Never { fatalError("it draws itself") }
}

extension Optional: Drawn where Wrapped: View {
    func draw(_ pen: Pen) { if let self { pen.draw(self, at: "some") } }
}

public struct EmptyView: Drawn {
    public init() {}
    func draw(_ pen: Pen) {}
}

public struct AnyView: Drawn {
    let view: any View
    public init<V: View>(_ view: V) { self.view = view }
    func draw(_ pen: Pen) { pen.draw(view, at: "any") }
}

public struct ForEach<Data: RandomAccessCollection, ID: Hashable, Content: View>: Drawn {
    let data: Data
    let id: KeyPath<Data.Element, ID>
    let content: (Data.Element) -> Content
    public init(_ data: Data, id: KeyPath<Data.Element, ID>, @ViewBuilder content: @escaping (Data.Element) -> Content)
    {
        self.data = data
        self.id = id
        self.content = content
    }
    func draw(_ pen: Pen) { for element in data { pen.draw(content(element), at: "\(element[keyPath: id])") } }
}

// What changes.

@propertyWrapper
public struct State<Value>: Connected {
    let holder: Holder<Box<Value>>
    public init(wrappedValue: Value) { holder = Holder(Box(wrappedValue)) }
    public init(initialValue: Value) { holder = Holder(Box(initialValue)) }
    public var wrappedValue: Value {
        get { holder.value.value }
        nonmutating set { holder.value.value = newValue }
    }
    public var projectedValue: Binding<Value> { Binding(get: { holder.value.value }, set: { holder.value.value = $0 }) }
    func connect(_ pen: Pen, _ name: String) { holder.value = pen.screen.remembered(pen.path + name, holder.value) }
}

final class Holder<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
}

final class Box<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
}

@propertyWrapper @dynamicMemberLookup
public struct Binding<Value> {
    let get: () -> Value
    let set: (Value) -> Void
    public init(get: @escaping () -> Value, set: @escaping (Value) -> Void) {
        self.get = get
        self.set = set
    }
    public static func constant(_ value: Value) -> Binding<Value> { Binding(get: { value }, set: { _ in }) }
    public var wrappedValue: Value {
        get { get() }
        nonmutating set { set(newValue) }
    }
    public var projectedValue: Binding<Value> { self }
    public subscript<Subject>(dynamicMember path: WritableKeyPath<Value, Subject>) -> Binding<Subject> {
        Binding<Subject>(
            get: { get()[keyPath: path] },
            set: {
                var whole = get()
                whole[keyPath: path] = $0
                set(whole)
            })
    }
}

@propertyWrapper @dynamicMemberLookup
public struct Bindable<Value: AnyObject & Observable> {
    public var wrappedValue: Value
    public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
    public init(_ wrappedValue: Value) { self.wrappedValue = wrappedValue }
    public var projectedValue: Bindable<Value> { self }
    public subscript<Subject>(dynamicMember path: ReferenceWritableKeyPath<Value, Subject>) -> Binding<Subject> {
        let value = wrappedValue
        return Binding(get: { value[keyPath: path] }, set: { value[keyPath: path] = $0 })
    }
}

public protocol EnvironmentKey {
    associatedtype Value
    static var defaultValue: Value { get }
}

public struct EnvironmentValues {
    private var values: [ObjectIdentifier: Any] = [:]
    public init() {}
    public subscript<K: EnvironmentKey>(key: K.Type) -> K.Value {
        get { values[ObjectIdentifier(key)] as? K.Value ?? K.defaultValue }
        set { values[ObjectIdentifier(key)] = newValue }
    }
    public var scenePhase = ScenePhase.active
    public var isSceneCaptured = false
    public var layoutDirection = LayoutDirection.leftToRight
    public var dynamicTypeSize = DynamicTypeSize.large
    public var isEnabled = true
    public var colorScheme = ColorScheme.light
    var ofFields: [String] = []
}

@propertyWrapper
public struct Environment<Value>: Connected {
    let path: KeyPath<EnvironmentValues, Value>
    let holder: Holder<EnvironmentValues>
    public init(_ path: KeyPath<EnvironmentValues, Value>) {
        self.path = path
        holder = Holder(EnvironmentValues())
    }
    public var wrappedValue: Value { holder.value[keyPath: path] }
    func connect(_ pen: Pen, _ name: String) { holder.value = pen.environment }
}

public enum ScenePhase: Comparable, Sendable { case background, inactive, active }
public enum LayoutDirection: Hashable, Sendable { case leftToRight, rightToLeft }
public enum DynamicTypeSize: Hashable, Comparable, Sendable {
    case xSmall, small, medium, large, xLarge, xxLarge, xxxLarge
    case accessibility1, accessibility2, accessibility3, accessibility4, accessibility5
    public var isAccessibilitySize: Bool { self >= .accessibility1 }
}

// The app.

@MainActor @preconcurrency
public protocol App {
    associatedtype Body: Scene
    @SceneBuilder @MainActor @preconcurrency var body: Body { get }
    @MainActor @preconcurrency init()
}

extension App {
    /// There is no screen to show it on.
    public static func main() { print("this app runs on a phone: nothing is shown here") }
}

@MainActor @preconcurrency
public protocol Scene {
    associatedtype Body: Scene
    @SceneBuilder @MainActor @preconcurrency var body: Body { get }
}

extension Never: Scene {}

@resultBuilder
public struct SceneBuilder {
    public static func buildBlock<Content: Scene>(_ content: Content) -> Content { content }
}

public struct WindowGroup<Content: View>: Scene {
    public let content: Content
    public init(@ViewBuilder content: () -> Content) { self.content = content() }
    public var body: Never { fatalError("it has no body") }
}
