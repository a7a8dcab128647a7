<?php
/**
 * The program's file: from the zip or in pieces from the browser, into the private folder.
 *
 * @package Roster
 */

/** Puts the program into place and looks after it. */
final class Roster_Program {
	const PIECE_BYTES = 524288;

	/** The next program, until it has its name. */
	const STAGED = 'roster.new';

	/** @return array{version: string, size: int, sha256: string}|null What the program of this zip is. */
	public static function facts() {
		$file  = ROSTER_INSTALLER . '/program-facts.php';
		$facts = is_file( $file ) ? include $file : null;
		return is_array( $facts ) ? $facts : null;
	}

	/** @return string What tells one zip from another. */
	public static function build() {
		$facts = self::facts();
		return ( $facts ? substr( $facts['sha256'], 0, 16 ) : 'none' ) . '-' . substr( (string) hash_file( 'sha256', ROSTER_INSTALLER . '/roster.php' ), 0, 8 );
	}

	/** @return string The program in the plugin's folder; empty where the zip had none. */
	public static function shipped() {
		$file = ROSTER_INSTALLER . '/program/roster';
		return self::is_right( $file ) ? $file : '';
	}

	/** @return bool Whether there is another program than the one in the folder to put into its place. */
	public static function is_new( $folder ) {
		return ! self::is_right( "$folder/roster" ) && ( '' !== self::shipped() || self::is_right( "$folder/roster.uploaded" ) );
	}

	/** @return bool Whether a file is the program of this zip. */
	public static function is_right( $file ) {
		$facts = self::facts();
		clearstatcache( true, $file );
		return $facts && is_file( $file ) && filesize( $file ) === $facts['size'] && hash_file( 'sha256', $file ) === $facts['sha256'];
	}

	/**
	 * Puts the shipped program into the folder under a name. A file that is renamed into place later never meets "text file
	 * busy".
	 *
	 * @return bool Whether it is there, whole.
	 */
	public static function put( $folder, $name ) {
		$source = self::shipped();
		return '' !== $source && self::copy( $source, "$folder/$name" ) && self::is_right( "$folder/$name" );
	}

	/** Gives a program a second name. A link costs nothing where a copy takes the disk's time. @return bool Whether it is there. */
	public static function copy( $source, $target ) {
		// phpcs:disable WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions -- the result is looked at.
		@unlink( $target );
		if ( ! ( Roster_Command::may( 'link' ) && @link( $source, $target ) ) && ! @copy( $source, $target ) ) {
			return false;
		}
		if ( Roster_Command::may( 'chmod' ) ) {
			@chmod( $target, 0755 );
		}
		// phpcs:enable
		return true;
	}

	/** @return string The version that a program says; empty where it does not run. */
	public static function version( $folder, $name = 'roster' ) {
		$run = Roster_Command::roster( $folder, array( '--version' ), Roster_Command::SECONDS, $name );
		return preg_match( '/^\d+\.\d+\.\d+\S*$/', trim( $run->output ) ) ? trim( $run->output ) : '';
	}

	/**
	 * Adds a piece that the browser sent.
	 *
	 * @return string What is wrong; empty when all is well.
	 */
	public static function add_piece( $folder, $offset, $bytes ) {
		$part = "$folder/roster.part";
		clearstatcache( true, $part );
		$facts = self::facts();
		$has   = is_file( $part ) ? filesize( $part ) : 0;
		if ( 0 === $offset ) {
			$has = 0;
		}
		if ( ! $facts || $offset !== $has || $has + strlen( $bytes ) > $facts['size'] ) {
			return __( 'The pieces do not fit together. Choose the file again.', 'roster' );
		}
		$written = file_put_contents( $part, $bytes, 0 === $offset ? 0 : FILE_APPEND ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		if ( strlen( $bytes ) !== $written ) {
			return __( 'The piece could not be written: is there space left?', 'roster' );
		}
		if ( $has + strlen( $bytes ) < $facts['size'] ) {
			return '';
		}
		if ( ! self::is_right( $part ) ) {
			unlink( $part ); // phpcs:ignore WordPress.WP.AlternativeFunctions
			return __( 'This is not the program that belongs to this version of the plugin, or it was changed on the way.', 'roster' );
		}
		if ( Roster_Command::may( 'chmod' ) ) {
			chmod( $part, 0755 ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		}
		rename( $part, "$folder/roster.uploaded" ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		return '';
	}
}
