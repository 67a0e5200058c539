// Controls and containers.

public struct Text: Drawn {
    let text: String
    public init<S: StringProtocol>(_ text: S) { self.text = String(text) }
    public func bold() -> Text { self }
    public func monospacedDigit() -> Text { self }
    public func font(_ font: Font?) -> Text { self }
    func draw(_ pen: Pen) { pen.put("text", text) }
}

public struct Image: Drawn {
    let name: String
    public init(systemName: String) { name = systemName }
    func draw(_ pen: Pen) { pen.put("image") }
}

public struct Button<Label: View>: Drawn {
    let action: @MainActor () -> Void
    let label: Label
    public init(action: @escaping @MainActor () -> Void, @ViewBuilder label: () -> Label) {
        self.action = action
        self.label = label()
    }
    func draw(_ pen: Pen) {
        let own = pen.put("button")
        own.node.tap = action
        own.node.traits.insert(.isButton)
        own.draw(label, at: "label")
    }
}

extension Button where Label == Text {
    public init<S: StringProtocol>(_ title: S, action: @escaping @MainActor () -> Void) {
        self.init(action: action) { Text(title) }
    }
    public init<S: StringProtocol>(_ title: S, role: ButtonRole?, action: @escaping @MainActor () -> Void) {
        self.init(action: action) { Text(title) }
    }
}

public struct ButtonRole: Equatable, Sendable {
    let name: String
    public static let destructive = ButtonRole(name: "destructive")
    public static let cancel = ButtonRole(name: "cancel")
}

public struct TextField<Label: View>: Drawn {
    let label: Label
    let title: String
    let text: Binding<String>
    func draw(_ pen: Pen) { pen.put("field", title).node.entry = text }
}

extension TextField where Label == Text {
    public init<S: StringProtocol>(_ title: S, text: Binding<String>) {
        (label, self.title, self.text) = (Text(title), String(title), text)
    }
}

public struct SecureField<Label: View>: Drawn {
    let label: Label
    let title: String
    let text: Binding<String>
    func draw(_ pen: Pen) { pen.put("field", title).node.entry = text }
}

extension SecureField where Label == Text {
    public init<S: StringProtocol>(_ title: S, text: Binding<String>) {
        (label, self.title, self.text) = (Text(title), String(title), text)
    }
}

public struct Toggle<Label: View>: Drawn {
    let title: String
    let isOn: Binding<Bool>
    func draw(_ pen: Pen) {
        let own = pen.put("toggle", title)
        own.node.value = isOn.wrappedValue ? "1" : "0"
        own.node.tap = { isOn.wrappedValue.toggle() }
    }
}

extension Toggle where Label == Text {
    public init<S: StringProtocol>(_ title: S, isOn: Binding<Bool>) {
        (self.title, self.isOn) = (String(title), isOn)
    }
}

public struct Picker<Label: View, Selection: Hashable, Content: View>: Drawn {
    let title: String
    let selection: Binding<Selection>
    let content: Content
    func draw(_ pen: Pen) {
        let own = pen.put("picker", title)
        own.draw(content, at: "choices")
        for node in own.node.children {
            guard let tag = node.tag?.base as? Selection else { continue }
            if tag == selection.wrappedValue { node.traits.insert(.isSelected) }
            node.tap = { selection.wrappedValue = tag }
        }
    }
}

extension Picker where Label == Text {
    public init<S: StringProtocol>(_ title: S, selection: Binding<Selection>, @ViewBuilder content: () -> Content) {
        (self.title, self.selection, self.content) = (String(title), selection, content())
    }
}

public struct Menu<Label: View, Content: View>: Drawn {
    let label: Label
    let content: Content
    public init(@ViewBuilder content: () -> Content, @ViewBuilder label: () -> Label) {
        (self.content, self.label) = (content(), label())
    }
    // A menu is drawn open.
    func draw(_ pen: Pen) { pen.put("menu").draw(content, at: "content") }
}

public struct ProgressView: Drawn {
    public init() {}
    func draw(_ pen: Pen) { pen.put("progress") }
}

public struct ContentUnavailableView: Drawn {
    let title: String
    let description: Text?
    public init<S: StringProtocol>(_ title: S, systemImage: String, description: Text? = nil) {
        (self.title, self.description) = (String(title), description)
    }
    func draw(_ pen: Pen) {
        let own = pen.put("text", title)
        if let description { own.draw(description, at: "description") }
    }
}

public struct Spacer: Drawn {
    public init(minLength: CGFloat? = nil) {}
    func draw(_ pen: Pen) {}
}

public struct VStack<Content: View>: Drawn {
    let content: Content
    public init(
        alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content
    ) { self.content = content() }
    func draw(_ pen: Pen) { pen.draw(content, at: "v") }
}

public struct LazyVStack<Content: View>: Drawn {
    let content: Content
    public init(
        alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content
    ) { self.content = content() }
    func draw(_ pen: Pen) { pen.draw(content, at: "v") }
}

public struct HStack<Content: View>: Drawn {
    let content: Content
    public init(alignment: VerticalAlignment = .center, spacing: CGFloat? = nil, @ViewBuilder content: () -> Content) {
        self.content = content()
    }
    func draw(_ pen: Pen) { pen.draw(content, at: "h") }
}

public struct ZStack<Content: View>: Drawn {
    let content: Content
    public init(alignment: Alignment = .center, @ViewBuilder content: () -> Content) { self.content = content() }
    func draw(_ pen: Pen) { pen.draw(content, at: "z") }
}

public struct ScrollView<Content: View>: Drawn {
    let content: Content
    public init(@ViewBuilder content: () -> Content) { self.content = content() }
    func draw(_ pen: Pen) { pen.draw(content, at: "scroll") }
}

public struct ViewThatFits<Content: View>: Drawn {
    let content: Content
    public init(in axes: Axis.Set = [.horizontal, .vertical], @ViewBuilder content: () -> Content) {
        self.content = content()
    }
    // The first fits, but where letters are large.
    func draw(_ pen: Pen) {
        let wide = Pen(pen.screen, Node("fits"), pen.environment, pen.path)
        wide.draw(content, at: "fits")
        let half = wide.node.children.count / 2
        let large = pen.environment.dynamicTypeSize.isAccessibilitySize
        pen.node.children += large ? wide.node.children.suffix(half) : wide.node.children.prefix(half)
    }
}

public struct NavigationStack<Root: View>: Drawn {
    let root: Root
    public init(@ViewBuilder root: () -> Root) { self.root = root() }
    func draw(_ pen: Pen) { pen.draw(root, at: "stack") }
}

public struct ToolbarItemGroup<Content: View>: Drawn {
    let content: Content
    public init(placement: ToolbarItemPlacement = .automatic, @ViewBuilder content: () -> Content) {
        self.content = content()
    }
    func draw(_ pen: Pen) { pen.draw(content, at: "toolbar") }
}

public struct ToolbarItemPlacement: Sendable {
    public static let automatic = Self()
    public static let primaryAction = Self()
}

public struct GeometryProxy {
    public let size: CGSize
}

public struct GeometryReader<Content: View>: Drawn {
    let content: (GeometryProxy) -> Content
    public init(@ViewBuilder content: @escaping (GeometryProxy) -> Content) { self.content = content }
    func draw(_ pen: Pen) {
        pen.draw(content(GeometryProxy(size: CGSize(width: 390, height: 844))), at: "geometry")
    }
}

public protocol TimelineSchedule {}

public struct PeriodicTimelineSchedule: TimelineSchedule {}

extension TimelineSchedule where Self == PeriodicTimelineSchedule {
    public static func periodic(from start: Date, by seconds: TimeInterval) -> PeriodicTimelineSchedule { .init() }
}

public struct TimelineViewDefaultContext {
    public let date: Date
}

public struct TimelineView<Schedule: TimelineSchedule, Content: View>: Drawn {
    let content: (TimelineViewDefaultContext) -> Content
    public init(_ schedule: Schedule, @ViewBuilder content: @escaping (TimelineViewDefaultContext) -> Content) {
        self.content = content
    }
    func draw(_ pen: Pen) { pen.draw(content(TimelineViewDefaultContext(date: pen.screen.now)), at: "time") }
}

// What they are told.

public enum HorizontalAlignment: Sendable { case leading, center, trailing }
public enum VerticalAlignment: Sendable { case top, center, bottom }
public enum Alignment: Sendable { case leading, center, trailing, top, bottom }
public enum TextAlignment: Sendable { case leading, center, trailing }
public enum Edge: Sendable {
    public struct Set: OptionSet, Sendable {
        public let rawValue: Int8
        public init(rawValue: Int8) { self.rawValue = rawValue }
        public static let top = Set(rawValue: 1)
        public static let bottom = Set(rawValue: 4)
        public static let horizontal = Set(rawValue: 10)
        public static let vertical = Set(rawValue: 5)
        public static let all = Set(rawValue: 15)
    }
}
public enum VerticalEdge: Sendable { case top, bottom }
public enum Axis: Sendable {
    public struct Set: OptionSet, Sendable {
        public let rawValue: Int8
        public init(rawValue: Int8) { self.rawValue = rawValue }
        public static let horizontal = Set(rawValue: 1)
        public static let vertical = Set(rawValue: 2)
    }
}
public enum ColorScheme: Hashable, Sendable { case light, dark }

public struct Font: Hashable, Sendable {
    public static let largeTitle = Font()
    public static let title = Font()
    public static let title3 = Font()
    public static let headline = Font()
    public static let subheadline = Font()
    public static let footnote = Font()
}

public struct AccessibilityTraits: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
    public static let isButton = Self(rawValue: 1)
    public static let isHeader = Self(rawValue: 2)
    public static let isSelected = Self(rawValue: 4)
}

public struct AccessibilityChildBehavior: Hashable, Sendable {
    let name: String
    public static let ignore = Self(name: "ignore")
    public static let combine = Self(name: "combine")
}
