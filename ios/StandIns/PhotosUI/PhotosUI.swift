// Stands in for PhotosUI on Linux: a library of one picture.

import SwiftUI

public struct PhotosPickerItem: Equatable, Sendable {
    public enum EncodingDisambiguationPolicy: Sendable { case automatic, current, compatible }
    let data: Data?
    public init(_ data: Data?) { self.data = data }
    public func loadTransferable<T: Sendable>(type: T.Type) async throws -> T? { data as? T }
}

public struct PHPickerFilter: Sendable {
    public static let images = Self()
}

/// What the user chooses when asked.
@MainActor public var photographInLibrary: PhotosPickerItem?

extension View {
    public func photosPicker(
        isPresented: Binding<Bool>, selection: Binding<PhotosPickerItem?>, matching filter: PHPickerFilter? = nil,
        preferredItemEncoding: PhotosPickerItem.EncodingDisambiguationPolicy = .automatic
    ) -> some View {
        if isPresented.wrappedValue {
            isPresented.wrappedValue = false
            selection.wrappedValue = photographInLibrary
        }
        return self
    }
}
