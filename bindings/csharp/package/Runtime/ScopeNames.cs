using Clef.Native;

namespace Clef
{
    /// <summary>The scopes as the service writes them.</summary>
    public static class ScopeNames
    {
        /// <summary>The name of a scope, such as <c>user-read-email</c>; null for one that clef does not know.</summary>
        public static string Name(this Scope scope)
        {
            return Utf8.Borrowed(NativeMethods.clef_scope_name(scope));
        }

        /// <summary>The scope with this name; <see cref="Scope.Unknown"/> where clef does not know it.</summary>
        public static Scope FromName(string name)
        {
            return NativeMethods.clef_scope_from_name(Utf8.Optional(name, nameof(name)));
        }
    }
}
