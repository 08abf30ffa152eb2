using System;
using Clef.Native;

namespace Clef.Callbacks
{
    internal sealed class LoginAttemptHandle : ClefHandle
    {
        protected override void Free(IntPtr pointer)
        {
            CallbackMethods.clef_login_attempt_free(pointer);
        }
    }
}
