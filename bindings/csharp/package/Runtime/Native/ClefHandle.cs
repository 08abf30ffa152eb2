using System;
using System.Runtime.InteropServices;

namespace Clef.Native
{
    /// <summary>
    /// Something of clef's that is freed once: by its owner, or else by the finaliser, and never while a call uses it.
    /// </summary>
    internal abstract class ClefHandle : SafeHandle
    {
        private SenderPump pump;

        protected ClefHandle() : base(IntPtr.Zero, true)
        {
        }

        public override bool IsInvalid
        {
            get { return handle == IntPtr.Zero; }
        }

        /// <summary>The one that answers the requests of this object, where a sender in C# does.</summary>
        internal SenderPump Pump
        {
            get { return pump; }
        }

        /// <summary>Keeps the sender answered for as long as this object may send.</summary>
        internal void KeepAnswered(SenderPump sender)
        {
            if (sender == null || IsInvalid)
            {
                return;
            }
            sender.AddUser();
            pump = sender;
        }

        protected abstract void Free(IntPtr pointer);

        protected override bool ReleaseHandle()
        {
            Free(handle);
            if (pump != null)
            {
                pump.RemoveUser();
            }
            return true;
        }
    }
}
