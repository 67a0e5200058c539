// How a test sees and touches what a view draws.

/// What is seen: a tree of what was drawn.
@MainActor
public final class Node {
    public internal(set) var kind: String
    public internal(set) var text: String
    public internal(set) var children: [Node] = []
    /// What VoiceOver says in place of what is drawn, and the value it says after it.
    public internal(set) var label: String?
    public internal(set) var value: String?
    public internal(set) var hint: String?
    public internal(set) var traits: AccessibilityTraits = []
    public internal(set) var isHidden = false
    public internal(set) var isEnabled = true
    public internal(set) var direction = LayoutDirection.leftToRight
    /// What UIKit was told of a field.
    public internal(set) var ofField: [String] = []
    /// What UIKit draws.
    public internal(set) var placed: AnyObject?
    var tag: AnyHashable?
    var tap: (@MainActor () -> Void)?
    var entry: Binding<String>?
    var submit: (@MainActor () -> Void)?
    var links: (@MainActor (URL) -> Void)?

    init(_ kind: String, _ text: String = "") {
        self.kind = kind
        self.text = text
    }

    /// Marks of direction are neither seen nor heard.
    public static func plain(_ text: String?) -> String? {
        text.map { text in
            String(String.UnicodeScalarView(text.unicodeScalars.filter { !("\u{2066}"..."\u{2069}").contains($0) }))
        }
    }

    func says(_ text: String) -> Bool { Self.plain(self.text) == text || Self.plain(label) == text }

    /// This and all below it, as they are drawn.
    public var all: [Node] { [self] + children.flatMap(\.all) }

    /// All texts that are drawn.
    public var texts: [String] { all.map(\.text).filter { !$0.isEmpty } }

    /// What VoiceOver reads of it.
    public var spoken: String {
        if isHidden { return "" }
        let own = label ?? ([text] + children.map(\.spoken)).filter { !$0.isEmpty }.joined(separator: ", ")
        return [own, value ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
    }
}

/// A phone's screen that shows a view. What the view remembers stays as long as its place does.
@MainActor
public final class Screen {
    public var environment = EnvironmentValues()
    /// What a `TimelineView` takes for the time.
    public var now: Date
    private let root: () -> any View
    private var memory: [String: Any] = [:]
    private var tasks: [String: Task<Void, Never>] = [:]
    private var seen: Set<String> = []
    private var left: [String: @MainActor () -> Void] = [:]

    public init(at now: Date, _ root: @escaping @MainActor () -> any View) {
        self.now = now
        self.root = root
    }

    /// Draws all of it anew.
    @discardableResult
    public func draw() -> Node {
        seen = []
        let node = Node("screen")
        let pen = Pen(self, node, environment)
        pen.draw(root(), at: "root")
        for (path, task) in tasks where !seen.contains(path) {
            task.cancel()
            tasks[path] = nil
        }
        for (path, act) in left where !seen.contains(path) {
            left[path] = nil
            act()
        }
        for path in memory.keys where !seen.contains(path) { memory[path] = nil }
        return node
    }

    /// Ends what was begun by what is drawn.
    public func close() {
        for task in tasks.values { task.cancel() }
        tasks = [:]
    }

    /// What is read, or said, in this way.
    public func find(_ text: String) -> Node? {
        draw().all.first { $0.says(text) }
    }

    public func shows(_ text: String) -> Bool {
        draw().all.contains { [$0.text, $0.label].contains { Node.plain($0)?.contains(text) == true } }
    }

    public struct NotThere: Error, CustomStringConvertible {
        public let description: String
        public init(description: String) { self.description = description }
    }

    /// Taps what can be tapped and says this.
    public func tap(_ text: String) throws {
        let all = draw().all.filter { node in node.tap != nil && node.all.contains { $0.says(text) } }
        guard let node = all.last(where: { $0.says(text) }) ?? all.last, let tap = node.tap, node.isEnabled else {
            throw NotThere(description: "nothing says \(text) and can be tapped among \(draw().texts)")
        }
        tap()
        draw()
    }

    /// Replaces what is typed in a field, letter by letter.
    public func type(_ text: String, into field: String) throws {
        guard let entry = draw().all.last(where: { $0.entry != nil && $0.says(field) })?.entry else {
            throw NotThere(description: "no field \(field) among \(draw().texts)")
        }
        for count in 0...text.count { entry.wrappedValue = String(text.prefix(count)) }
        draw()
    }

    /// The system gives the app a link.
    public func open(_ url: URL) {
        for node in draw().all { node.links?(url) }
        draw()
    }

    func remembered<Value>(_ path: String, _ fresh: Value) -> Value {
        seen.insert(path)
        if let old = memory[path] as? Value { return old }
        memory[path] = fresh
        return fresh
    }

    func run(_ path: String, _ act: @escaping @MainActor () async -> Void) {
        seen.insert(path)
        if tasks[path] == nil { tasks[path] = Task { await act() } }
    }

    func appear(_ path: String, _ act: (@MainActor () -> Void)?) {
        if seen.insert(path).inserted && memory[path] == nil {
            memory[path] = true
            act?()
        }
    }

    func disappear(_ path: String, _ act: (@MainActor () -> Void)?) {
        seen.insert(path)
        left[path] = act
    }

    /// Whether a value is another than when this place was drawn the last time.
    func changed<V: Equatable>(_ path: String, _ value: V) -> V? {
        seen.insert(path)
        defer { memory[path] = value }
        guard let old = memory[path] as? V, old != value else { return nil }
        return old
    }
}

/// Something in a view that has to know where the view is drawn.
@MainActor
protocol Connected {
    func connect(_ pen: Pen, _ name: String)
}

/// Draws into one node, at one place.
@MainActor
final class Pen {
    let screen: Screen
    let node: Node
    let path: String
    var environment: EnvironmentValues

    init(_ screen: Screen, _ node: Node, _ environment: EnvironmentValues, _ path: String = "") {
        self.screen = screen
        self.node = node
        self.environment = environment
        self.path = path
    }

    func draw(_ view: any View, at place: String) {
        let pen = Pen(screen, node, environment, "\(path)/\(place)")
        for child in Mirror(reflecting: view).children {
            (child.value as? any Connected)?.connect(pen, child.label ?? "")
        }
        pen.expand(view)
    }

    /// A node of its own for what follows.
    @discardableResult
    func put(_ kind: String, _ text: String = "") -> Pen {
        let child = Node(kind, text)
        child.isEnabled = environment.isEnabled
        child.direction = environment.layoutDirection
        if kind == "field" { child.ofField = environment.ofFields }
        node.children.append(child)
        return Pen(screen, child, environment, path + "/\(kind)")
    }

    private func expand(_ view: some View) {
        if let placed = view as? any PlacedBySystem { return place(placed) }
        if let drawn = view as? any Drawn { drawn.draw(self) } else { draw(view.body, at: "\(type(of: view))") }
    }

    private func place(_ view: any PlacedBySystem) {
        let placed = screen.remembered(path + "placed", Box<AnyObject?>(nil))
        let thing = placed.value ?? view.place()
        placed.value = thing
        view.refresh(thing)
        put("placed").node.placed = view.view(of: thing)
        screen.disappear(path + "placed") { view.remove(thing) }
    }
}
