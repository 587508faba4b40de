namespace Jobs.Web.Http;

/// <summary>Marks endpoints whose pages, made by others, bring inline styles.</summary>
internal sealed class InlineStyles;
