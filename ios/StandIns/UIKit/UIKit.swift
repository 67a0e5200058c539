// Stands in for UIKit on Linux: what the phone's half of the app calls, which a test may look into.

import SwiftUI

@MainActor
open class UIView {
    open class var layerClass: AnyClass { CALayer.self }
    public let layer: CALayer
    public init() { layer = (Self.layerClass as? CALayer.Type ?? CALayer.self).init() }
}

open class CALayer {
    public required init() {}
}

@MainActor
public final class UIApplication {
    public static let shared = UIApplication()
    nonisolated public static let openSettingsURLString = "app-settings:"
    public private(set) var opened: [URL] = []
    public private(set) var backgroundTasks: [UIBackgroundTaskIdentifier: @MainActor () -> Void] = [:]

    public func open(_ url: URL) { opened.append(url) }
    public func beginBackgroundTask(
        withName name: String?, expirationHandler: (@MainActor @Sendable () -> Void)? = nil
    ) -> UIBackgroundTaskIdentifier {
        let identifier = UIBackgroundTaskIdentifier(rawValue: (backgroundTasks.keys.map(\.rawValue).max() ?? 0) + 1)
        backgroundTasks[identifier] = expirationHandler ?? {}
        return identifier
    }
    public func endBackgroundTask(_ identifier: UIBackgroundTaskIdentifier) { backgroundTasks[identifier] = nil }
}

public struct UIBackgroundTaskIdentifier: Hashable, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }
}

@MainActor
public final class UIPasteboard {
    public struct OptionsKey: Hashable, Sendable {
        let name: String
        public static let localOnly = Self(name: "localOnly")
        public static let expirationDate = Self(name: "expirationDate")
    }
    public static let general = UIPasteboard()
    public private(set) var items: [[String: Any]] = []
    public private(set) var options: [OptionsKey: Any] = [:]
    public var string: String? { items.first?["public.utf8-plain-text"] as? String }
    public func setItems(_ items: [[String: Any]], options: [OptionsKey: Any] = [:]) {
        (self.items, self.options) = (items, options)
    }
}

@MainActor
public enum UIAccessibility {
    public struct Notification: Sendable { public static let announcement = Self() }
    public private(set) static var said: [String] = []
    public static func post(notification: Notification, argument: Any?) { said.append(argument as? String ?? "") }
}

public enum UIKeyboardType: Sendable { case numberPad, phonePad }
public struct UITextContentType: Sendable {
    let name: String
    public static let username = Self(name: "username")
    public static let password = Self(name: "password")
    public static let telephoneNumber = Self(name: "telephoneNumber")
    public static let oneTimeCode = Self(name: "oneTimeCode")
}

// SwiftUI declares these for the platforms that have UIKit.

extension View {
    public func keyboardType(_ type: UIKeyboardType) -> some View { notingOfFields("\(type)") }
    public func textContentType(_ type: UITextContentType?) -> some View { notingOfFields(type?.name ?? "") }
}

@MainActor @preconcurrency
public protocol UIViewRepresentable: PlacedBySystem where Body == Never {
    associatedtype UIViewType: UIView
    associatedtype Coordinator = Void
    typealias Context = UIViewRepresentableContext<Self>
    @MainActor @preconcurrency func makeUIView(context: Context) -> UIViewType
    @MainActor @preconcurrency func updateUIView(_ view: UIViewType, context: Context)
    @MainActor @preconcurrency static func dismantleUIView(_ view: UIViewType, coordinator: Coordinator)
    @MainActor @preconcurrency func makeCoordinator() -> Coordinator
}

@MainActor
public struct UIViewRepresentableContext<Representable: UIViewRepresentable> {
    public let coordinator: Representable.Coordinator
}

private final class Placed<Representable: UIViewRepresentable> {
    let view: Representable.UIViewType
    let context: UIViewRepresentableContext<Representable>

    @MainActor
    init(_ representable: Representable) {
        context = UIViewRepresentableContext(coordinator: representable.makeCoordinator())
        view = representable.makeUIView(context: context)
    }
}

extension UIViewRepresentable {
    public var body: Never { fatalError("it has no body") }
    public func place() -> AnyObject { Placed(self) }
    public func refresh(_ placed: AnyObject) {
        guard let placed = placed as? Placed<Self> else { return }
        updateUIView(placed.view, context: placed.context)
    }
    public func view(of placed: AnyObject) -> AnyObject? { (placed as? Placed<Self>)?.view }
    public func remove(_ placed: AnyObject) {
        guard let placed = placed as? Placed<Self> else { return }
        Self.dismantleUIView(placed.view, coordinator: placed.context.coordinator)
    }
}
