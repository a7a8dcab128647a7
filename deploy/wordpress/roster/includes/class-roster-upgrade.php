<?php
/**
 * Another program in the place of the one that serves.
 *
 * @package Roster
 */

/** Takes the new program if it passes the test, and the old one with the old database if it does not. */
final class Roster_Upgrade {
	const OLD            = 'roster.old';
	const BACKUP_SECONDS = 120;
	const WAIT_SECONDS   = 5;
	const GRACE_SECONDS  = 1;

	/** @param array $before What is remembered of the installation as it works now. */
	public static function run( array $before ) {
		$folder = $before['folder'];
		Roster_Site::remember( array( 'build' => Roster_Program::build() ) );
		self::keep_program( $folder );
		Roster_Setup::attempt(
			static function () use ( $before ) {
				self::exchange( $before );
				Roster_Setup::bring_up();
			}
		);
		$after = Roster_Site::state();
		$fails = '' !== $after['problem'] || ( Roster_Probe::is_green( $before['test'] ) && ! Roster_Probe::is_green( $after['test'] ) );
		if ( $fails ) {
			self::go_back( $before, $after );
		} else {
			Roster_Ladder::open_gate( $folder );
		}
		self::forget_old( $folder );
	}

	private static function keep_program( $folder ) {
		Roster_Program::copy( "$folder/roster", "$folder/" . self::OLD );
	}

	/**
	 * Puts the new program into place. Where it wants another schema, nobody comes in from here to the end of the test:
	 * what was acknowledged meanwhile would be lost with the new schema.
	 */
	private static function exchange( array $before ) {
		$folder = $before['folder'];
		Roster_Setup::write_private_files( $folder );
		if ( ! Roster_Setup::stage_program( $folder ) ) {
			return;
		}
		if ( Roster_Errand::can_run() && ! self::reads( $folder, Roster_Program::STAGED ) ) {
			if ( self::is_reached() ) {
				Roster_Ladder::close( $before['rung'], $folder );
				self::wait_until_unused( $folder );
			}
			self::keep_database( $folder );
		}
		rename( "$folder/" . Roster_Program::STAGED, "$folder/roster" ); // phpcs:ignore WordPress.WP.AlternativeFunctions
	}

	private static function keep_database( $folder ) {
		$copy = self::database( $folder ) . '.old';
		@unlink( $copy ); // phpcs:ignore WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
		Roster_Command::roster( $folder, array( 'backup', $copy ), self::BACKUP_SECONDS );
		if ( ! is_file( $copy ) ) {
			throw new Roster_Problem( 'space', array( $folder ) );
		}
	}

	/** @return bool Whether requests arrive by the way that there is, as far as this site can tell. */
	private static function is_reached() {
		$row = Roster_Probe::judge( 'GET', Roster_Probe::request( 'GET', Roster_Site::base() . '/ServiceProviderConfig' ) );
		return 0 === $row['status'] || 'roster' === $row['layer'];
	}

	private static function database( $folder ) {
		return "$folder/" . Roster_Setup::DATABASE;
	}

	/** @return bool Whether a program takes the database as it is. */
	private static function reads( $folder, $program = 'roster' ) {
		$words = array( 'token', 'list', '--json', '--database', self::database( $folder ) );
		return 0 === strpos( Roster_Command::roster( $folder, $words, Roster_Command::SECONDS, $program )->output, '[' );
	}

	/** Waits for requests that had come in before: first until they have begun, then while a process that has read the database holds its -wal. */
	private static function wait_until_unused( $folder ) {
		sleep( self::GRACE_SECONDS );
		$wal = self::database( $folder ) . '-wal';
		for ( $end = microtime( true ) + self::WAIT_SECONDS; microtime( true ) < $end; usleep( 20000 ) ) {
			// phpcs:disable WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
			$file = @fopen( $wal, 'r' );
			if ( ! $file || flock( $file, LOCK_EX | LOCK_NB ) ) {
				return;
			}
			fclose( $file );
			// phpcs:enable
		}
	}

	/** The old program again, and the old database where the new program has changed what the old one reads. */
	private static function go_back( array $before, array $failed ) {
		$folder   = $before['folder'];
		$database = self::database( $folder );
		// phpcs:disable WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
		if ( is_file( "$folder/" . self::OLD ) && rename( "$folder/" . self::OLD, "$folder/roster" ) && is_file( "$database.old" ) && ! self::reads( $folder ) ) {
			self::wait_until_unused( $folder );
			@unlink( "$database-wal" );
			@unlink( "$database-shm" );
			rename( "$database.old", $database );
		}
		// phpcs:enable
		Roster_Ladder::open_gate( $folder );
		Roster_Setup::raise( $before['rung'], $folder );
		$why = '' !== $failed['problem'] ? $failed['problem'] . ' ' . implode( ' ', $failed['facts'] ) : implode( ', ', Roster_Probe::failed( $failed['test'] ) );
		Roster_Site::remember( array( 'rung' => $before['rung'], 'attempts' => $before['attempts'], 'went_back' => $why, 'problem' => '', 'facts' => array() ) );
		Roster_Setup::test();
	}

	private static function forget_old( $folder ) {
		foreach ( array( self::OLD, Roster_Program::STAGED, Roster_Setup::DATABASE . '.old' ) as $name ) {
			@unlink( "$folder/$name" ); // phpcs:ignore WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
		}
	}
}
