using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Paas.Images.Tests")]
