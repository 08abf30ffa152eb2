using System;
using System.Text;

namespace Clef.Native
{
    /// <summary>Text in and out of clef.</summary>
    internal static unsafe class Utf8
    {
        private static readonly Encoding Strict = new UTF8Encoding(false, true);

        /// <summary>An argument that has to be there.</summary>
        internal static byte[] Argument(string text, string name)
        {
            if (text == null)
            {
                throw new ArgumentNullException(name);
            }
            return Optional(text, name);
        }

        /// <summary>An argument that may be null.</summary>
        internal static byte[] Optional(string text, string name)
        {
            if (text == null)
            {
                return null;
            }
            // C would take it for the end of the text.
            if (text.IndexOf('\0') >= 0)
            {
                throw new ArgumentException("The text has a NUL character in it.", name);
            }
            try
            {
                var bytes = new byte[Strict.GetByteCount(text) + 1];
                Strict.GetBytes(text, 0, text.Length, bytes, 0);
                return bytes;
            }
            catch (EncoderFallbackException)
            {
                // Not as the inner exception, whose message has a part of what may be a secret.
                throw new ArgumentException("The text has half of a surrogate pair in it.", name);
            }
        }

        /// <summary>Text that clef keeps; null for NULL.</summary>
        internal static string Borrowed(IntPtr text)
        {
            if (text == IntPtr.Zero)
            {
                return null;
            }
            var bytes = (byte*)text;
            return Encoding.UTF8.GetString(bytes, Length(bytes));
        }

        /// <summary>Text that is ours: wiped and freed here. Null for NULL.</summary>
        internal static string Owned(IntPtr text)
        {
            try
            {
                return Borrowed(text);
            }
            finally
            {
                NativeMethods.clef_string_free(text);
            }
        }

        /// <summary>Whether two borrowed texts are the same, without copies of them in managed memory.</summary>
        internal static bool AreEqual(IntPtr a, IntPtr b)
        {
            if (a == IntPtr.Zero || b == IntPtr.Zero)
            {
                return a == b;
            }
            byte* left = (byte*)a, right = (byte*)b;
            while (*left == *right && *left != 0)
            {
                left++;
                right++;
            }
            return *left == *right;
        }

        /// <summary>Eight bytes at a time: an access token has some 200, and is read before each request.</summary>
        private static int Length(byte* text)
        {
            byte* end = text;
            while (((ulong)end & 7) != 0)
            {
                if (*end == 0)
                {
                    return (int)(end - text);
                }
                end++;
            }
            // An aligned word lies within one page, so what follows the end may be read.
            while (!HasZero(*(ulong*)end))
            {
                end += 8;
            }
            while (*end != 0)
            {
                end++;
            }
            return checked((int)(end - text));
        }

        private static bool HasZero(ulong bytes)
        {
            return ((bytes - 0x0101010101010101) & ~bytes & 0x8080808080808080) != 0;
        }
    }
}
