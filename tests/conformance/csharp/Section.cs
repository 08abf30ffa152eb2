using System.Collections.Generic;
using System.IO;
using System.Text;

namespace Conformance
{
    /// <summary>A scenario or a fragment of the file.</summary>
    internal sealed class Section
    {
        private Section(string name, bool isFragment)
        {
            Name = name;
            IsFragment = isFragment;
        }

        internal string Name { get; }

        internal bool IsFragment { get; }

        internal List<Line> Lines { get; } = new List<Line>();

        internal static List<Section> ReadAll(string path)
        {
            var sections = new List<Section>();
            string[] lines = File.ReadAllLines(path, Encoding.UTF8);
            for (var index = 0; index < lines.Length; index++)
            {
                string text = lines[index].Trim(' ');
                if (text.Length == 0 || text[0] == '#')
                {
                    continue;
                }
                if (text.StartsWith("scenario ") || text.StartsWith("fragment "))
                {
                    sections.Add(new Section(text.Substring(9).Trim(' '), text[0] == 'f'));
                }
                else
                {
                    sections[sections.Count - 1].Lines.Add(new Line(index + 1, Line.Split(text)));
                }
            }
            return sections;
        }
    }

    /// <summary>A step as it was written.</summary>
    internal sealed class Line
    {
        internal Line(int number, List<string> words)
        {
            Number = number;
            Words = words;
        }

        internal int Number { get; }

        internal List<string> Words { get; }

        /// <summary>Spaces end a word, but those between single quotes belong to it.</summary>
        internal static List<string> Split(string text)
        {
            var words = new List<string>();
            var word = new StringBuilder();
            bool isWord = false, isQuoted = false;
            foreach (char character in text)
            {
                if (character == '\'')
                {
                    isQuoted = !isQuoted;
                    isWord = true;
                }
                else if (character != ' ' || isQuoted)
                {
                    word.Append(character);
                    isWord = true;
                }
                else if (isWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    isWord = false;
                }
            }
            if (isWord)
            {
                words.Add(word.ToString());
            }
            return words;
        }
    }
}
