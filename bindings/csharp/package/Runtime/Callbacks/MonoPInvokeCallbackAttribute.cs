using System;

namespace AOT
{
    /// <summary>
    /// Marks what native code calls. IL2CPP looks for the attribute by this name, wherever it is declared.
    /// </summary>
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class MonoPInvokeCallbackAttribute : Attribute
    {
        public MonoPInvokeCallbackAttribute(Type type)
        {
            Type = type;
        }

        public Type Type { get; }
    }
}
