/// Signs of states; a word always stands beside them.
enum Icon {
    static let good: HTML = """
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M3 8.5 6.5 12 13 4.5"/></svg>
        """
    static let warn: HTML = """
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 3v6M8 12.5v.01"/></svg>
        """
    static let bad: HTML = """
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8"/></svg>
        """
    static let wait: HTML = """
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 3.5V8l3 2"/></svg>
        """
    static let off: HTML = """
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M3.5 8h9"/></svg>
        """
}
