<?php
/**
 * Starts the program and talks to it. Needs PHP alone: the gateway uses it without WordPress.
 *
 * @package Roster
 */

/** One run of a program: what it is given, and what it answered. */
final class Roster_Command {
	const SECONDS       = 20;
	const PIECE_BYTES   = 65536;
	const PIPE_BYTES    = 4096;
	const OUTPUT_BYTES  = 67108864;
	const TRIES         = 5;
	const WAITS_MS      = array( 0, 15, 45, 110, 220 );
	const PATH          = '/usr/local/bin:/usr/bin:/bin';

	/** @var bool Whether a process was started at all. */
	public $started = false;

	/** @var bool Whether it was ended because its time was over. */
	public $late = false;

	/** @var string What it wrote to standard output. */
	public $output = '';

	/** @var string What it wrote to standard error, where that was asked for. */
	public $error = '';

	/** @return bool Whether PHP may call a function here. PHP 7 keeps disabled ones defined. */
	public static function may( $function ) {
		static $disabled = null;
		if ( null === $disabled ) {
			$lists    = ini_get( 'disable_functions' ) . ',' . ini_get( 'suhosin.executor.func.blacklist' );
			$disabled = array_flip( array_filter( array_map( 'trim', explode( ',', strtolower( $lists ) ) ) ) );
		}
		return function_exists( $function ) && ! isset( $disabled[ $function ] );
	}

	/** @return bool Whether programs can be started from PHP. */
	public static function is_possible() {
		return '' !== self::starter();
	}

	/** @return string The function that starts them: hosts that disable proc_open often leave another. */
	private static function starter() {
		foreach ( array( 'proc_open', 'exec', 'shell_exec', 'system', 'passthru', 'popen' ) as $function ) {
			if ( self::may( $function ) ) {
				return $function;
			}
		}
		return '';
	}

	/**
	 * Runs a command of Roster.
	 *
	 * @param string   $folder    The private folder.
	 * @param string[] $arguments Behind the program's name.
	 * @param float    $seconds   After which it is ended.
	 * @param string   $program   The file's name in the folder.
	 * @return Roster_Command
	 */
	public static function roster( $folder, array $arguments, $seconds = self::SECONDS, $program = 'roster' ) {
		$run = new self();
		if ( ! self::is_possible() && class_exists( 'Roster_Errand', false ) ) {
			list( $run->output, $run->error ) = Roster_Errand::run( $folder, array_merge( array( "$folder/$program" ), $arguments ) );
			return $run;
		}
		$run->exchange( array_merge( array( "$folder/$program" ), $arguments ), self::environment( $folder ), '', $seconds, '' );
		return $run;
	}

	/**
	 * What every run is given. Never PHP's own environment: with its GATEWAY_INTERFACE the program would serve.
	 *
	 * @return string[]
	 */
	public static function environment( $folder ) {
		return array(
			'PATH'   => self::PATH,
			'HOME'   => $folder,
			'LC_ALL' => 'C.UTF-8',
		);
	}

	/**
	 * Starts a program, hands it all input and takes all output.
	 *
	 * The process is a resource even where the program could not be executed: whoever calls judges by the output.
	 *
	 * @param string[] $words       The program and its arguments.
	 * @param string[] $environment All variables it gets.
	 * @param string   $input       Its standard input.
	 * @param float    $seconds     After which it is ended.
	 * @param string   $log         Where its standard error goes; empty: into `error`.
	 */
	public function exchange( array $words, array $environment, $input, $seconds, $log ) {
		if ( ! self::may( 'proc_open' ) ) {
			$this->exchange_by_files( $words, $environment, $input, $log );
			return;
		}
		$selects = self::may( 'stream_select' );
		foreach ( array_slice( self::WAITS_MS, 0, self::TRIES ) as $wait ) {
			// At the limit of processes a start fails, and a moment later it does not.
			usleep( $wait * random_int( 700, 1300 ) );
			$source = $selects || strlen( $input ) <= self::PIPE_BYTES ? array( 'pipe', 'r' ) : self::file_with( $input );
			$pipes  = array();
			// phpcs:ignore WordPress.PHP.NoSilencedErrors -- a missing program is told by its output.
			$process = @proc_open(
				$words,
				array( $source, array( 'pipe', 'w' ), '' === $log ? array( 'pipe', 'w' ) : array( 'file', $log, 'a' ) ),
				$pipes,
				null,
				$environment
			);
			if ( is_resource( $process ) ) {
				$this->started = true;
				$selects ? $this->talk( $pipes, $input, microtime( true ) + $seconds ) : $this->read( $pipes, $input );
				$this->end( $process );
				return;
			}
		}
	}

	/** The same by a shell, with files for input and output, which only this user reads and which are gone afterwards. */
	private function exchange_by_files( array $words, array $environment, $input, $log ) {
		$starter = self::starter();
		if ( '' === $starter ) {
			return;
		}
		$base  = dirname( $words[0] ) . '/.htrun-' . bin2hex( random_bytes( 8 ) );
		$files = array( "$base.in", "$base.out", "$base.err" );
		foreach ( $files as $file ) {
			file_put_contents( $file, '' ); // phpcs:ignore WordPress.WP.AlternativeFunctions
			chmod( $file, 0600 ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		}
		file_put_contents( $files[0], $input ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		$all = array( '/usr/bin/env', '-i' );
		foreach ( $environment as $name => $value ) {
			$all[] = "$name=$value";
		}
		$line = implode( ' ', array_map( array( __CLASS__, 'quoted' ), array_merge( $all, $words ) ) )
			. ' <' . self::quoted( $files[0] ) . ' >' . self::quoted( $files[1] ) . ( '' === $log ? ' 2>' . self::quoted( $files[2] ) : ' 2>>' . self::quoted( $log ) );
		ob_start();
		if ( 'popen' === $starter ) {
			$process = popen( $line, 'r' );
			if ( is_resource( $process ) ) {
				stream_get_contents( $process );
			}
		} else {
			$starter( $line );
		}
		ob_end_clean();
		$this->started = true;
		$this->output  = (string) file_get_contents( $files[1] );
		$this->error   = (string) file_get_contents( $files[2] );
		array_map( 'unlink', $files );
	}

	/** @return string A word for the shell. escapeshellarg() is disabled on many hosts, and drops bytes beyond ASCII. */
	public static function quoted( $word ) {
		return "'" . str_replace( "'", "'\\''", $word ) . "'";
	}

	/** Writes and reads in turns, so that neither side waits for the other. */
	private function talk( array $pipes, $input, $deadline ) {
		foreach ( $pipes as $pipe ) {
			stream_set_blocking( $pipe, false );
		}
		$at = 0;
		if ( '' === $input ) {
			fclose( $pipes[0] );
			unset( $pipes[0] );
		}
		while ( isset( $pipes[1] ) || isset( $pipes[2] ) ) {
			$left = $deadline - microtime( true );
			if ( $left <= 0 || strlen( $this->output ) > self::OUTPUT_BYTES ) {
				$this->late = true;
				return;
			}
			$reading = array_filter( array( 1 => isset( $pipes[1] ) ? $pipes[1] : null, 2 => isset( $pipes[2] ) ? $pipes[2] : null ) );
			$writing = isset( $pipes[0] ) ? array( $pipes[0] ) : array();
			$none    = array();
			// phpcs:ignore WordPress.PHP.NoSilencedErrors -- a signal interrupts it, and the loop goes on.
			if ( ! @stream_select( $reading, $writing, $none, (int) $left, (int) ( ( $left - (int) $left ) * 1000000 ) ) ) {
				continue;
			}
			if ( $writing ) {
				// phpcs:ignore WordPress.PHP.NoSilencedErrors -- a program that has ended reads no more.
				$written = @fwrite( $pipes[0], substr( $input, $at, self::PIECE_BYTES ) );
				$at     += (int) $written;
				if ( false === $written || $at >= strlen( $input ) ) {
					fclose( $pipes[0] );
					unset( $pipes[0] );
				}
			}
			foreach ( $reading as $pipe ) {
				$number = array_search( $pipe, $pipes, true );
				$piece  = (string) fread( $pipe, self::PIECE_BYTES );
				if ( 1 === $number ) {
					$this->output .= $piece;
				} else {
					$this->error = substr( $this->error . $piece, 0, self::PIECE_BYTES );
				}
				if ( '' === $piece && feof( $pipe ) ) {
					fclose( $pipe );
					unset( $pipes[ $number ] );
				}
			}
		}
	}

	/** The same without stream_select: little input fits into the pipe, and more came as a file. */
	private function read( array $pipes, $input ) {
		if ( isset( $pipes[0] ) ) {
			fwrite( $pipes[0], $input );
			fclose( $pipes[0] );
		}
		$this->output = (string) stream_get_contents( $pipes[1] );
		if ( isset( $pipes[2] ) ) {
			$this->error = substr( (string) stream_get_contents( $pipes[2] ), 0, self::PIECE_BYTES );
		}
	}

	/** Hosts disable these one by one; a process that is not closed is reaped when PHP lets go of it. */
	private function end( $process ) {
		if ( $this->late && self::may( 'proc_terminate' ) ) {
			proc_terminate( $process, 9 );
		}
		if ( self::may( 'proc_close' ) ) {
			proc_close( $process );
		}
	}

	/** @return resource A file without a name that holds the input, read from its beginning. */
	private static function file_with( $input ) {
		$file = tmpfile();
		fwrite( $file, $input );
		rewind( $file );
		return $file;
	}
}
