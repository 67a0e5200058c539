// What a view is given.

/// A view with something done before it is drawn, and to what it draws.
public struct Changed<Content: View>: Drawn {
    let content: Content
    var before: (Pen) -> Void = { _ in }
    var after: (Pen) -> Void = { _ in }

    func draw(_ pen: Pen) {
        before(pen)
        pen.draw(content, at: "of")
        after(pen)
    }
}

extension View {
    func like(_ kind: String = "") -> Changed<Self> { Changed(content: self) }

    /// Changes the one thing that is drawn, or a thing around several.
    func changing(_ change: @escaping (Node) -> Void) -> Changed<Self> {
        var start = 0
        return Changed(
            content: self, before: { start = $0.node.children.count },
            after: { pen in
                let drawn = Array(pen.node.children[start...])
                if drawn.count == 1 { return change(drawn[0]) }
                let around = Node("group")
                around.children = drawn
                pen.node.children.replaceSubrange(start..., with: [around])
                change(around)
            })
    }

    // How it looks.
    public func padding(_ edges: Edge.Set = .all, _ length: CGFloat? = nil) -> some View { like() }
    public func padding(_ length: CGFloat) -> some View { like() }
    public func frame(width: CGFloat? = nil, height: CGFloat? = nil, alignment: Alignment = .center) -> some View {
        like()
    }
    public func frame(
        minWidth: CGFloat? = nil, maxWidth: CGFloat? = nil, minHeight: CGFloat? = nil, maxHeight: CGFloat? = nil,
        alignment: Alignment = .center
    ) -> some View { like() }
    public func font(_ font: Font?) -> some View { like() }
    public func bold(_ isActive: Bool = true) -> some View { like() }
    public func monospaced(_ isActive: Bool = true) -> some View { like() }
    public func monospacedDigit() -> some View { like() }
    public func lineLimit(_ number: Int?) -> some View { like() }
    public func multilineTextAlignment(_ alignment: TextAlignment) -> some View { like() }
    public func foregroundStyle<S: ShapeStyle>(_ style: S) -> some View { like() }
    public func background<S: ShapeStyle>(_ style: S) -> some View { like() }
    public func background<S: ShapeStyle, T: Shape>(_ style: S, in shape: T) -> some View { like() }
    public func tint<S: ShapeStyle>(_ tint: S?) -> some View { like() }
    public func rotationEffect(_ angle: Angle) -> some View { like() }
    public func ignoresSafeArea() -> some View { like() }
    public func navigationTitle<S: StringProtocol>(_ title: S) -> some View {
        Changed(content: self, before: { $0.put("title", String(title)).node.traits.insert(.isHeader) })
    }
    public func overlay<V: View>(alignment: Alignment = .center, @ViewBuilder content: () -> V) -> some View {
        let over = content()
        return Changed(content: self, after: { $0.draw(over, at: "over") })
    }
    public func safeAreaInset<V: View>(
        edge: VerticalEdge, alignment: HorizontalAlignment = .center, spacing: CGFloat? = nil,
        @ViewBuilder content: () -> V
    ) -> some View {
        let inset = content()
        return Changed(content: self, after: { $0.draw(inset, at: "inset") })
    }
    public func toolbar<V: View>(@ViewBuilder content: () -> V) -> some View {
        let items = content()
        return Changed(content: self, after: { $0.draw(items, at: "toolbar") })
    }
    public func privacySensitive(_ sensitive: Bool = true) -> some View { like() }
    public func id<ID: Hashable>(_ id: ID) -> some View { Identified(content: self, id: "\(id)") }

    // How it is used.
    public func disabled(_ disabled: Bool) -> some View {
        Changed(content: self, before: { if disabled { $0.environment.isEnabled = false } })
    }
    public func buttonStyle<S: PrimitiveButtonStyle>(_ style: S) -> some View { like() }
    public func controlSize(_ size: ControlSize) -> some View { like() }
    public func pickerStyle<S: PickerStyle>(_ style: S) -> some View { like() }
    public func textFieldStyle<S: TextFieldStyle>(_ style: S) -> some View { like() }
    public func autocorrectionDisabled(_ disable: Bool = true) -> some View { like() }
    public func textInputAutocapitalization(_ kind: TextInputAutocapitalization?) -> some View { like() }
    public func submitLabel(_ label: SubmitLabel) -> some View { like() }
    public func onSubmit(_ action: @escaping () -> Void) -> some View { changing { $0.submit = action } }
    public func tag<V: Hashable>(_ tag: V) -> some View { changing { $0.tag = AnyHashable(tag) } }
    public func interactiveDismissDisabled(_ disabled: Bool = true) -> some View { like() }

    /// What UIKit is told of the fields in here: their keyboard, and what the system fills them with.
    public func notingOfFields(_ what: String) -> some View {
        Changed(content: self, before: { $0.environment.ofFields.append(what) })
    }

    // How it is said.
    public func accessibilityLabel<S: StringProtocol>(_ label: S) -> some View {
        changing { $0.label = String(label) }
    }
    public func accessibilityValue<S: StringProtocol>(_ value: S) -> some View {
        changing { $0.value = String(value) }
    }
    public func accessibilityHint<S: StringProtocol>(_ hint: S) -> some View { changing { $0.hint = String(hint) } }
    public func accessibilityHidden(_ hidden: Bool) -> some View { changing { $0.isHidden = hidden } }
    public func accessibilityAddTraits(_ traits: AccessibilityTraits) -> some View {
        changing { $0.traits.formUnion(traits) }
    }
    public func accessibilityElement(children: AccessibilityChildBehavior = .ignore) -> some View {
        changing { node in if children == .ignore { node.label = node.label ?? "" } }
    }

    // What it lives through.
    public func environment<V>(_ path: WritableKeyPath<EnvironmentValues, V>, _ value: V) -> some View {
        Changed(content: self, before: { $0.environment[keyPath: path] = value })
    }
    public func onAppear(perform action: (@MainActor () -> Void)? = nil) -> some View {
        Changed(content: self, after: { $0.screen.appear($0.path + "appear", action) })
    }
    public func task(priority: TaskPriority = .userInitiated, _ action: @escaping @MainActor () async -> Void)
        -> some View
    {
        Changed(content: self, after: { $0.screen.run($0.path + "task", action) })
    }
    public func task<T: Equatable>(
        id: T, priority: TaskPriority = .userInitiated, _ action: @escaping @MainActor () async -> Void
    ) -> some View {
        Changed(content: self, after: { $0.screen.run("\($0.path)task \(id)", action) })
    }
    public func onChange<V: Equatable>(of value: V, initial: Bool = false, _ action: @escaping (V, V) -> Void)
        -> some View
    {
        Changed(
            content: self,
            after: { pen in
                if let old = pen.screen.changed(pen.path + "change", value) { action(old, value) }
            })
    }
    public func onOpenURL(perform action: @escaping @MainActor (URL) -> Void) -> some View {
        Changed(content: self, after: { $0.put("links").node.links = action })
    }
    public func alert<S: StringProtocol, A: View, M: View>(
        _ title: S, isPresented: Binding<Bool>, @ViewBuilder actions: () -> A, @ViewBuilder message: () -> M
    ) -> some View {
        let (actions, message) = (actions(), message())
        return Changed(
            content: self,
            after: { pen in
                guard isPresented.wrappedValue else { return }
                let alert = pen.put("alert", String(title))
                alert.draw(message, at: "message")
                alert.draw(actions, at: "actions")
                // Whatever is tapped in an alert closes it.
                for button in alert.node.all where button.kind == "button" {
                    let act = button.tap
                    button.tap = {
                        act?()
                        isPresented.wrappedValue = false
                    }
                }
            })
    }
    public func sheet<V: View>(
        isPresented: Binding<Bool>, onDismiss: (() -> Void)? = nil, @ViewBuilder content: @escaping () -> V
    ) -> some View {
        Changed(content: self, after: { if isPresented.wrappedValue { $0.put("sheet").draw(content(), at: "sheet") } })
    }
    public func modifier<M: ViewModifier>(_ modifier: M) -> some View { Modified(content: self, modifier: modifier) }
}

struct Identified<Content: View>: Drawn {
    let content: Content
    let id: String
    func draw(_ pen: Pen) { pen.draw(content, at: id) }
}

@MainActor @preconcurrency
public protocol ViewModifier {
    associatedtype Body: View
    typealias Content = AnyView
    @ViewBuilder @MainActor @preconcurrency func body(content: Content) -> Body
}

struct Modified<Inner: View, M: ViewModifier>: Drawn {
    let content: Inner
    let modifier: M
    func draw(_ pen: Pen) {
        for child in Mirror(reflecting: modifier).children {
            (child.value as? any Connected)?.connect(pen, child.label ?? "")
        }
        pen.draw(modifier.body(content: AnyView(content)), at: "\(M.self)")
    }
}

public protocol PrimitiveButtonStyle: Sendable {}
public struct BorderedProminentButtonStyle: PrimitiveButtonStyle {}
public struct BorderedButtonStyle: PrimitiveButtonStyle {}
public struct BorderlessButtonStyle: PrimitiveButtonStyle {}
public struct PlainButtonStyle: PrimitiveButtonStyle {}
extension PrimitiveButtonStyle where Self == BorderedProminentButtonStyle {
    public static var borderedProminent: Self { .init() }
}
extension PrimitiveButtonStyle where Self == BorderedButtonStyle { public static var bordered: Self { .init() } }
extension PrimitiveButtonStyle where Self == BorderlessButtonStyle { public static var borderless: Self { .init() } }
extension PrimitiveButtonStyle where Self == PlainButtonStyle { public static var plain: Self { .init() } }

public protocol PickerStyle: Sendable {}
public struct SegmentedPickerStyle: PickerStyle {}
extension PickerStyle where Self == SegmentedPickerStyle { public static var segmented: Self { .init() } }

public protocol TextFieldStyle: Sendable {}
public struct RoundedBorderTextFieldStyle: TextFieldStyle {}
extension TextFieldStyle where Self == RoundedBorderTextFieldStyle { public static var roundedBorder: Self { .init() } }

public enum ControlSize: Sendable { case regular, large }
public struct TextInputAutocapitalization: Sendable { public static var never: Self { .init() } }
public struct SubmitLabel: Sendable { public static var go: Self { .init() } }
