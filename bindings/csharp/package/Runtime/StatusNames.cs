using Clef.Native;

namespace Clef
{
    /// <summary>What clef knows about a status where there is no exception to ask.</summary>
    public static class StatusNames
    {
        /// <summary>The name of a status in C, <c>CLEF_STATUS_TIMEOUT</c>, for logs.</summary>
        public static string Name(this Status status)
        {
            return Utf8.Borrowed(NativeMethods.clef_status_name(status));
        }

        /// <summary>What to do about a status; that of a <see cref="ClefException"/> can be more exact.</summary>
        public static Remedy UsualRemedy(this Status status)
        {
            return NativeMethods.clef_status_remedy(status);
        }
    }
}
