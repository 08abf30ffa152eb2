import Clef
import Foundation

/// Plays what tests/conformance/scenarios.txt says, as its README asks.
func play(_ arguments: [String]) async throws -> Bool {
    let script = try Script(String(contentsOfFile: arguments[0], encoding: .utf8))
    let sandbox = Sandbox(url: arguments[1])
    let wanted = arguments.count > 3 ? arguments[3] : nil
    let parts = script.parts.filter { wanted == nil ? !$0.isFragment : $0.name == wanted }
    guard !parts.isEmpty else { throw Complaint("there is no \(wanted ?? "scenario")") }
    var allIsWell = true
    for part in parts {
        let complaint: String?
        var given: String?
        if part.isFragment {
            let context = Context(scenarios: arguments[0], sandbox: sandbox, directory: arguments[2])
            let pairs = arguments.dropFirst(4).compactMap { argument -> (String, String)? in
                guard let equals = argument.firstIndex(of: "=") else { return nil }
                return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
            }
            let player = Player(context, arguments: Dictionary(uniqueKeysWithValues: pairs))
            complaint = await player.play(part)
            given = player.given
        } else {
            let directory = "\(arguments[2])/\(part.name)"
            try await sandbox.control("POST", "/sandbox/reset", "{}")
            try? FileManager.default.removeItem(atPath: directory)
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let context = Context(scenarios: arguments[0], sandbox: sandbox, directory: directory)
            complaint = await Player(context).play(part)
        }
        if let complaint {
            print("FAILED \(part.name): \(complaint)")
            allIsWell = false
        } else {
            print(given.map { "given \($0)" } ?? "ok \(part.name)")
        }
        fflush(nil)
    }
    return allIsWell
}

/// What reading a fresh access token costs, in nanoseconds.
func measure(_ sandbox: String, _ count: Int) async throws {
    let credentials = try Credentials(
        clientID: "sandbox-client", clientSecret: "sandbox-secret", accountsURL: sandbox)
    let token = try await RefreshingCredentials(credentials).requestClientToken()
    var best = Double.infinity
    for round in 0...5 {
        let begun = ContinuousClock.now
        for _ in 0..<count {
            _ = try await token.accessToken()
        }
        let (seconds, attoseconds) = (ContinuousClock.now - begun).components
        if round > 0 {
            best = min(best, (Double(seconds) * 1e9 + Double(attoseconds) / 1e9) / Double(count))
        }
    }
    print("nanoseconds \(best)")
}

let arguments = Array(CommandLine.arguments.dropFirst())
do {
    if arguments.count == 3, arguments[0] == "bench", let count = Int(arguments[2]) {
        try await measure(arguments[1], count)
    } else if arguments.count >= 3 {
        exit(try await play(arguments) ? 0 : 1)
    } else {
        print("usage: conformance SCENARIOS SANDBOX DIRECTORY [NAME [ARGUMENT=VALUE…]]")
        exit(2)
    }
} catch {
    print("FAILED \(error)")
    exit(1)
}
