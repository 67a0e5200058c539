import Countersign
import PhotosUI
import SwiftUI

/// Dark by day too: a camera's picture is.
struct ScanScreen: View {
    let notice: ScanNotice?
    let shell: Shell
    @State private var torch = false
    @State private var choosing = false
    @State private var chosen: PhotosPickerItem?
    @Environment(\.texts) private var texts

    var body: some View {
        ZStack {
            Color.black.ignoresSafeArea()
            if shell.filming { CameraPicture(shell: shell, torch: torch).ignoresSafeArea().accessibilityHidden(true) }
            GeometryReader { space in
                let seen = shell.sighting?.placed(in: space.size)
                Brackets(corners: seen ?? Sighting.waiting(in: space.size))
                    .stroke(
                        seen == nil ? Color.white : Palette.tint(.dark),
                        style: StrokeStyle(lineWidth: 5, lineCap: .round, lineJoin: .round)
                    )
            }
            .ignoresSafeArea()
            .accessibilityHidden(true)
            VStack {
                HStack {
                    PictureButton(icon: "xmark", name: texts(.cancel)) { shell.on(.cancel) }
                    Spacer()
                    PictureButton(
                        icon: torch ? "flashlight.on.fill" : "flashlight.off.fill",
                        name: texts(torch ? .torchOff : .torchOn)
                    ) { torch.toggle() }
                }
                Spacer()
                Text(texts(said)).bold().multilineTextAlignment(.center).padding(16)
                    .background(Color.black.opacity(0.72), in: RoundedRectangle(cornerRadius: 16))
                    .onChange(of: said) { _, new in shell.platform.announce(texts(new)) }
                VStack(spacing: 4) {
                    QuietButton(text: texts(.choosePicture)) { choosing = true }
                    QuietButton(text: texts(.enterValues)) { shell.on(.enterManually) }
                }
                .frame(maxWidth: 480)
                .background(Color.black.opacity(0.72), in: RoundedRectangle(cornerRadius: 24))
            }
            .padding(16)
            .foregroundStyle(Color.white)
            .tint(Color.white)
        }
        // What the library of photographs has as HEIC comes as JPEG, which the core reads.
        .photosPicker(
            isPresented: $choosing, selection: $chosen, matching: .images, preferredItemEncoding: .compatible
        )
        .onChange(of: chosen) { _, item in
            guard let item else { return }
            chosen = nil
            Task { shell.picture(try? await item.loadTransferable(type: Data.self)) }
        }
    }

    private var said: Word {
        if let hint = shell.sighting?.sight.hint { word(of: hint) } else { notice.map(word(of:)) ?? .scanText }
    }
}

private struct PictureButton: View {
    let icon: String
    let name: String
    let action: () -> Void

    var body: some View {
        Button(action: action) {
            Image(systemName: icon).frame(width: 48, height: 48).background(Color.black.opacity(0.72), in: Circle())
        }
        .accessibilityLabel(name)
    }
}

/// Four brackets around the corners, the first of which is the upper left one.
struct Brackets: Shape {
    let corners: [CGPoint]

    func path(in rect: CGRect) -> Path {
        var path = Path()
        for (index, corner) in corners.enumerated() {
            path.move(to: point(from: corner, towards: corners[(index + 3) % 4]))
            path.addLine(to: corner)
            path.addLine(to: point(from: corner, towards: corners[(index + 1) % 4]))
        }
        return path
    }

    nonisolated private func point(from corner: CGPoint, towards other: CGPoint) -> CGPoint {
        CGPoint(x: corner.x + (other.x - corner.x) * 0.22, y: corner.y + (other.y - corner.y) * 0.22)
    }
}
