import Clef
import Foundation

let environment = ProcessInfo.processInfo.environment
let credentials = try Credentials(
    clientID: environment["CLIENT_ID"] ?? "", redirectURI: "http://127.0.0.1/callback",
    accountsURL: environment["ACCOUNTS_URL"])
let store = try TokenStore.file()
let token = try await credentials.openOrLogIn(store, scopes: [.userReadEmail])

let me = URL(string: environment["WEB_API_URL"] ?? "https://api.spotify.com")!
var request = URLRequest(url: me.appending(path: "v1/me"))
request.setValue("Bearer \(try await token.accessToken())", forHTTPHeaderField: "Authorization")
print(String(decoding: try await URLSession.shared.data(for: request).0, as: UTF8.self))
