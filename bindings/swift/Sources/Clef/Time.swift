import Foundation

/// A time that C says in Unix seconds: nil where it is not known, `Date.distantFuture` where it never comes.
func date(_ seconds: Int64) -> Date? {
    switch seconds {
    case 0: return nil
    case Int64.max: return .distantFuture
    default: return Date(timeIntervalSince1970: TimeInterval(seconds))
    }
}

/// Unix seconds as C takes them, which refuses what is no time.
func unixSeconds(_ date: Date) -> Int64 {
    date >= .distantFuture ? .max : Int64(exactly: date.timeIntervalSince1970.rounded(.down)) ?? .min
}
