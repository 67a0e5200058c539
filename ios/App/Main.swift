import Countersign
import CountersignApp
import SwiftUI

/// The app. Whoever verifies devices of their own names their relying party here.
@main
struct Main: App {
    var body: some Scene { CountersignScene() }
}
