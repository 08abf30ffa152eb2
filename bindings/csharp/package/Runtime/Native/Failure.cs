using System;

namespace Clef.Native
{
    /// <summary>Turns the errors of clef into exceptions.</summary>
    internal static class Failure
    {
        /// <summary>Throws unless the call worked. Takes the error over.</summary>
        internal static void Check(Status status, IntPtr error)
        {
            if (status != Status.Ok)
            {
                using (var handle = new ErrorHandle(error))
                using (var lease = new Lease(handle))
                {
                    throw Exception(lease.Pointer);
                }
            }
        }

        /// <summary>The exception for an error that somebody keeps alive meanwhile; null for NULL.</summary>
        internal static ClefException Exception(IntPtr error)
        {
            if (error == IntPtr.Zero)
            {
                return null;
            }
            return new ClefException(
                NativeMethods.clef_error_status(error),
                NativeMethods.clef_error_remedy(error),
                Utf8.Borrowed(NativeMethods.clef_error_message(error)),
                Utf8.Borrowed(NativeMethods.clef_error_oauth_error(error)),
                Utf8.Borrowed(NativeMethods.clef_error_oauth_description(error)),
                NativeMethods.clef_error_http_status(error),
                NativeMethods.clef_error_retry_after(error));
        }
    }
}
