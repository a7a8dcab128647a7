<?php
/**
 * Activation, deactivation, upgrade and deletion.
 *
 * @package Roster
 */

/** Brings Roster up on this site, keeps it up, and takes it down. */
final class Roster_Setup {
	const DATABASE       = '.htroster.sqlite';
	const LOCK_SECONDS   = 120;
	const TEND_SECONDS   = 300;
	const ASK_SECONDS    = 10;
	const GUARD          = 'roster-guard.php';
	const SECRET_OPTIONS = array(
		'ROSTER_SECRET' => 'roster_secret',
		'ROSTER_URL'    => 'roster_url',
		'ROSTER_NAME'   => 'roster_name',
	);

	/** Tells roster.php where to ask, unless wp-config.php does. */
	public static function define_constants() {
		$state = Roster_Site::state();
		if ( Roster_Site::is_here( $state ) && '' !== $state['rung'] && ! self::is_configured_by_hand() ) {
			foreach ( array( 'ROSTER_URL', 'ROSTER_NAME' ) as $name ) {
				$value = (string) get_site_option( self::SECRET_OPTIONS[ $name ], '' );
				if ( '' !== $value && ! defined( $name ) ) {
					define( $name, $value );
				}
			}
		}
	}

	/** @return bool Whether wp-config.php ties this site to a Roster that somebody else looks after. */
	public static function is_configured_by_hand() {
		return defined( 'ROSTER_SECRET' ) && '' !== trim( (string) ROSTER_SECRET );
	}

	/** The activation. Nothing that goes wrong here keeps the plugin from being active: its page says what it is. */
	public static function activate() {
		self::run();
		set_site_transient( 'roster_welcome', get_current_user_id(), HOUR_IN_SECONDS );
		if ( ! wp_next_scheduled( 'roster_tend' ) ) {
			wp_schedule_event( time() + self::TEND_SECONDS, 'roster_often', 'roster_tend' );
		}
	}

	/** Provisioning stops at once. The directory stays, and so does the lock on those who have left. */
	public static function deactivate() {
		$state = Roster_Site::state();
		Roster_Site::remember( array( 'on' => false ) );
		if ( '' !== $state['rung'] ) {
			Roster_Ladder::remove( Roster_Ladder::final_folder() );
			Roster_Ladder::remove_front();
		}
		wp_clear_scheduled_hook( 'roster_tend' );
	}

	/**
	 * Brings everything up from wherever it stands. Where this zip's program is another than the one in place, that one
	 * comes back when the test fails with the new one.
	 */
	public static function run() {
		self::exclusively(
			static function () {
				$state = Roster_Site::state();
				$has   = '' !== $state['folder'] && '' !== $state['rung'] && is_file( $state['folder'] . '/roster' );
				$has && Roster_Program::is_new( $state['folder'] ) ? Roster_Upgrade::run( $state ) : self::attempt( array( __CLASS__, 'bring_up' ) );
			}
		);
	}

	/** Does what no second request may do meanwhile, and what does not end with the browser's connection. */
	public static function exclusively( callable $work ) {
		if ( ! self::lock() ) {
			return;
		}
		if ( Roster_Command::may( 'set_time_limit' ) ) {
			set_time_limit( 300 );
		}
		ignore_user_abort( true );
		try {
			$work();
		} finally {
			self::unlock();
		}
	}

	/** What failed is remembered for the page. */
	public static function attempt( callable $work ) {
		try {
			$work();
			Roster_Site::remember( array( 'problem' => '', 'facts' => array(), 'went_back' => '' ) );
		} catch ( Roster_Problem $problem ) {
			Roster_Site::remember( array( 'problem' => $problem->reason, 'facts' => $problem->facts ) );
		} catch ( Throwable $error ) {
			Roster_Site::remember( array( 'problem' => 'error', 'facts' => array( $error->getMessage() ) ) );
		}
	}

	public static function bring_up() {
		Roster_Site::remember( array( 'on' => true, 'build' => Roster_Program::build(), 'base' => Roster_Site::base() ) );
		$deaf   = self::deafness();
		$folder = self::prepare( '' === $deaf );
		$rung   = Roster_Site::state()['rung'];
		if ( '' === $deaf ) {
			Roster_Site::remember( array( 'exposed' => Roster_Place::is_exposed( $folder ) ) );
			self::climb( $folder );
		} elseif ( '' === $rung || ! self::raise( $rung, $folder ) ) {
			throw new Roster_Problem( 'loopback', array( $deaf ) );
		}
		self::connect( $folder );
	}

	/**
	 * Everything that needs no request: the guard, the folder, the program, the database.
	 *
	 * @param bool $calls Whether this site reaches its own address.
	 * @return string The private folder.
	 */
	public static function prepare( $calls = false ) {
		if ( self::is_configured_by_hand() ) {
			throw new Roster_Problem( 'secret' );
		}
		self::write_guard();
		if ( $calls ) {
			Roster_Errand::look();
		}
		$folder = self::settle();
		if ( ! Roster_Errand::can_run() ) {
			throw new Roster_Problem( 'functions', array( (string) ini_get( 'disable_functions' ) ) );
		}
		self::write_private_files( $folder );
		self::migrate( $folder );
		self::require_answer( $folder );
		return $folder;
	}

	/** @return string Why this site does not reach its own address: nothing can be tested from here then. Empty where it does. */
	private static function deafness() {
		$answer = Roster_Probe::request( 'GET', Roster_Site::home() . '/' );
		$asks = isset( $answer['headers']['www-authenticate'] ) ? $answer['headers']['www-authenticate'] : '';
		if ( 401 === $answer['status'] && 0 === stripos( $asks, 'basic' ) ) {
			throw new Roster_Problem( 'password' );
		}
		return 0 === $answer['status'] ? $answer['error'] : '';
	}

	/** @return string The private folder with a program that runs. */
	private static function settle() {
		$state  = Roster_Site::state();
		$folder = $state['folder'];
		if ( '' !== $folder && is_dir( $folder ) ) {
			self::renew_program( $folder );
			return $folder;
		}
		$reasons = array();
		foreach ( Roster_Place::parents() as $parent ) {
			$folder = Roster_Place::make( $parent );
			if ( '' === $folder ) {
				$reasons[] = "$parent: " . __( 'cannot be written', 'roster' );
				continue;
			}
			if ( '' === Roster_Program::shipped() ) {
				Roster_Site::remember( array( 'folder' => $folder ) );
				throw new Roster_Problem( 'upload' );
			}
			if ( Roster_Program::put( $folder, 'roster' ) && ( ! Roster_Errand::can_run() || '' !== Roster_Program::version( $folder ) ) ) {
				Roster_Site::remember( array( 'folder' => $folder ) );
				return $folder;
			}
			$reasons[] = "$parent: " . ( Roster_Program::is_right( "$folder/roster" ) ? __( 'programs cannot be run there', 'roster' ) : __( 'there is no space for the program', 'roster' ) );
			Roster_Site::remove_folder( $folder );
		}
		throw new Roster_Problem( 'noexec', $reasons );
	}

	/** Puts the program of this zip into a folder that is there already. */
	private static function renew_program( $folder ) {
		if ( self::stage_program( $folder ) ) {
			rename( "$folder/" . Roster_Program::STAGED, "$folder/roster" ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		}
	}

	/** Puts the program of this zip beside the one that serves, if it is another and runs here. @return bool Whether it is there. */
	public static function stage_program( $folder ) {
		if ( Roster_Program::is_right( "$folder/roster" ) ) {
			return false;
		}
		$new = "$folder/" . Roster_Program::STAGED;
		if ( Roster_Program::is_right( "$folder/roster.uploaded" ) ) {
			rename( "$folder/roster.uploaded", $new ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		} elseif ( '' === Roster_Program::shipped() ) {
			if ( is_file( "$folder/roster" ) && '' !== Roster_Program::version( $folder ) ) {
				// The zip without the program was installed over this one. The page asks for the program; until then the old one serves.
				return false;
			}
			throw new Roster_Problem( 'upload' );
		} elseif ( ! Roster_Program::put( $folder, Roster_Program::STAGED ) ) {
			throw new Roster_Problem( 'space', array( $folder ) );
		}
		if ( Roster_Errand::can_run() && '' === Roster_Program::version( $folder, Roster_Program::STAGED ) ) {
			unlink( $new ); // phpcs:ignore WordPress.WP.AlternativeFunctions
			throw new Roster_Problem( 'noexec', array( $folder ) );
		}
		return true;
	}

	/** Writes what the program and the gateway read. Nobody but this user may write it, or the program does not use it. */
	public static function write_private_files( $folder ) {
		$settings = "ROSTER_DATABASE=$folder/" . self::DATABASE . "\nROSTER_BASE_URL=" . Roster_Site::base() . "\nROSTER_LOG=$folder/roster.log\n";
		$written  = Roster_Site::write( "$folder/roster.conf", $settings, 0600 );
		foreach ( array( 'command', 'gateway' ) as $name ) {
			$file    = "class-roster-$name.php";
			$written = $written && Roster_Site::write( "$folder/$file", (string) file_get_contents( ROSTER_INSTALLER . "/includes/$file" ), 0600 );
		}
		if ( ! $written ) {
			throw new Roster_Problem( 'space', array( $folder ) );
		}
		if ( ! is_file( "$folder/roster.log" ) ) {
			Roster_Site::write( "$folder/roster.log", '', 0600 );
		}
	}

	private static function migrate( $folder ) {
		$run = Roster_Command::roster( $folder, array( 'migrate' ), 120 );
		if ( false === strpos( $run->error . $run->output, 'database is' ) ) {
			throw new Roster_Problem( 'migrate', array( self::words( $run ) ) );
		}
	}

	/** The program answers a request, before any way to it is looked for. */
	private static function require_answer( $folder ) {
		if ( ! Roster_Command::is_possible() ) {
			return;
		}
		$base   = Roster_Site::path( Roster_Site::base() );
		$server = array(
			'REQUEST_METHOD'  => 'GET',
			'REQUEST_URI'     => "$base/ServiceProviderConfig",
			'SERVER_PROTOCOL' => 'HTTP/1.1',
			'REMOTE_ADDR'     => '127.0.0.1',
		);
		$answer = Roster_Gateway::ask( $folder, Roster_Gateway::variables( $server, $base ), '' );
		if ( 200 !== $answer['status'] ) {
			$error = json_decode( $answer['body'], true );
			throw new Roster_Problem( 'answer', array( $answer['status'] . ( isset( $error['detail'] ) ? ' ' . $error['detail'] : '' ) ) );
		}
	}

	/** Finds the way in. One that passes already stays. */
	private static function climb( $folder ) {
		$state = Roster_Site::state();
		$token = self::test_token( $folder );
		try {
			$closed   = Roster_Ladder::is_closed();
			$may_fail = $closed ? Roster_Probe::failed( $state['test'] ) : array();
			$test     = '' !== $state['rung'] ? self::try_again( $state['rung'], $folder, $token, $may_fail ) : array();
			if ( Roster_Probe::passes( $test, $may_fail ) ) {
				Roster_Site::remember( array( 'test' => $test, 'tested' => time(), 'seen' => array() ) );
				return;
			}
			if ( $closed ) {
				// The old program is at hand, and comes by this way. Another one would let people in before it has passed.
				throw new Roster_Problem( 'test', Roster_Probe::failed( $test ) );
			}
			if ( Roster_Ladder::is_foreign( Roster_Ladder::final_folder() ) ) {
				throw new Roster_Problem( 'foreign', array( Roster_Ladder::final_folder() ) );
			}
			Roster_Site::remember( array_merge( Roster_Ladder::climb( $folder, $token ), array( 'tested' => time(), 'seen' => array() ) ) );
		} finally {
			self::revoke_test_token( $folder );
		}
		$state = Roster_Site::state();
		if ( '' === $state['rung'] ) {
			throw self::no_way( $folder );
		}
	}

	/** @return array[] The test of the way that there was. While that is closed, it is tried under another name first. */
	private static function try_again( $rung, $folder, $token, array $may_fail ) {
		if ( 'front' !== $rung && Roster_Ladder::is_closed() ) {
			return Roster_Ladder::try_folder( $rung, $folder, $token, $may_fail );
		}
		return self::raise( $rung, $folder ) ? Roster_Probe::run( Roster_Site::base(), $token ) : array();
	}

	/** @return Roster_Problem Why no request arrives. */
	private static function no_way( $folder ) {
		if ( ! Roster_Command::is_possible() ) {
			return new Roster_Problem( 'functions', array( (string) ini_get( 'disable_functions' ) ) );
		}
		$rows = Roster_Site::state()['test'];
		if ( $rows && $rows['GET']['ok'] ) {
			return new Roster_Problem( 'header' === $rows['Authorization']['layer'] ? 'header' : 'way' );
		}
		if ( ! Roster_Obstacle::is_in_the_name( $folder ) ) {
			return new Roster_Problem( 'way' );
		}
		return new Roster_Problem( 'name', array_filter( array( Roster_Obstacle::rule() ) ) );
	}

	/** Puts the files of a rung where they were. @return bool Whether that could be done. */
	public static function raise( $rung, $folder ) {
		if ( 'front' === $rung ) {
			return ! file_exists( Roster_Ladder::final_folder() ) && ( Roster_Ladder::write_front( $folder ) || true );
		}
		$final = Roster_Ladder::final_folder();
		if ( Roster_Ladder::is_foreign( $final ) || ! Roster_Site::make_folder( $final, 0755 ) ) {
			return false;
		}
		Roster_Ladder::write( $rung, $final, $folder );
		return true;
	}

	/** Ties the program and this site together by a secret that both keep. */
	public static function connect( $folder ) {
		$run   = Roster_Command::roster( $folder, array( 'wordpress', 'connect', Roster_Site::home(), '--json', '--base-url', Roster_Site::base() ), 60 );
		$found = json_decode( $run->output, true );
		if ( ! is_array( $found ) || empty( $found['defines']['ROSTER_SECRET'] ) ) {
			throw new Roster_Problem( 'connect', array( self::words( $run ) ) );
		}
		foreach ( self::SECRET_OPTIONS as $constant => $option ) {
			Roster_Site::set( $option, (string) $found['defines'][ $constant ] );
		}
		self::test_push( $folder );
	}

	/** Sees whether the program reaches this site. Where it does not, the site asks by itself. */
	public static function test_push( $folder ) {
		$run = Roster_Command::roster( $folder, array( 'wordpress', 'test' ), 30 );
		$works = false === strpos( $run->error, 'Error:' ) && ! $run->late;
		$file  = "$folder/" . Roster_Gateway::PULL;
		Roster_Site::remember( array( 'push' => $works ? 'ok' : self::words( $run ) ) );
		if ( ! $works ) {
			Roster_Site::write( $file, '', 0600 );
		} elseif ( is_file( $file ) ) {
			unlink( $file ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		}
	}

	/** Ends a request of a provider's that was answered already: with what it has changed. */
	public static function ask_after_answer() {
		if ( defined( 'ROSTER_ASKS' ) ) {
			roster_pull( self::ASK_SECONDS );
			exit;
		}
	}

	/** @return string A token for the test, valid for some minutes. */
	public static function test_token( $folder ) {
		$run = Roster_Command::roster( $folder, array( 'token', 'create', Roster_Probe::TOKEN, '--expires', '10m' ) );
		if ( ! preg_match( '/^roster_\S+$/', trim( $run->output ) ) ) {
			throw new Roster_Problem( 'migrate', array( self::words( $run ) ) );
		}
		return trim( $run->output );
	}

	public static function revoke_test_token( $folder ) {
		Roster_Command::roster( $folder, array( 'token', 'revoke', Roster_Probe::TOKEN ) );
	}

	/** Tests again what is there, without changing it. */
	public static function test() {
		$state = Roster_Site::state();
		if ( '' === $state['folder'] || '' === $state['rung'] || ! Roster_Errand::can_run() ) {
			return;
		}
		try {
			$rows = Roster_Probe::run( Roster_Site::base(), self::test_token( $state['folder'] ) );
			Roster_Site::remember( array( 'test' => $rows, 'tested' => time(), 'seen' => array(), 'exposed' => Roster_Place::is_exposed( $state['folder'] ) ) );
			self::revoke_test_token( $state['folder'] );
			self::test_push( $state['folder'] );
		} catch ( Roster_Problem $problem ) {
			Roster_Site::remember( array( 'problem' => $problem->reason, 'facts' => $problem->facts ) );
		}
	}

	/** Keeps leavers out also while the plugin is off, or its folder is gone for a moment. */
	private static function write_guard() {
		$copy = WPMU_PLUGIN_DIR . '/roster-guard/roster.php';
		$text = "<?php\n/**\n * Plugin Name: Roster guard\n * Description: Keeps out those whom the identity provider has deactivated, also while the plugin Roster is off.\n */\n\n"
			. "defined( 'ABSPATH' ) || exit;\nadd_action(\n\t'plugins_loaded',\n\tstatic function () {\n"
			. "\t\tif ( defined( 'ROSTER_VERSION' ) || ! is_file( __DIR__ . '/roster-guard/roster.php' ) ) {\n\t\t\treturn;\n\t\t}\n"
			. "\t\trequire_once __DIR__ . '/roster-guard/roster.php';\n"
			. "\t\t\$state = get_site_option( 'roster_install' );\n\t\tif ( is_array( \$state ) && ! empty( \$state['on'] ) ) {\n\t\t\treturn;\n\t\t}\n"
			. "\t\t// Nothing comes in and nothing is asked for; the lock stays.\n"
			. "\t\tremove_action( 'wp_loaded', 'roster_answer_call', -100 );\n\t\tremove_action( 'rest_api_init', 'roster_register_route' );\n"
			. "\t\tremove_action( 'roster_pull', 'roster_pull_by_cron' );\n\t\tremove_action( 'load-users.php', 'roster_pull_for_page' );\n\t\tremove_filter( 'site_status_tests', 'roster_add_health_test' );\n"
			. "\t},\n\t0\n);\n";
		Roster_Site::make_folder( WPMU_PLUGIN_DIR, 0755 );
		Roster_Site::make_folder( dirname( $copy ), 0755 );
		Roster_Site::write( $copy, (string) file_get_contents( ROSTER_INSTALLER . '/roster.php' ), 0644 );
		Roster_Site::write( WPMU_PLUGIN_DIR . '/' . self::GUARD, $text, 0644 );
	}

	/** Runs in wp-admin: shows the page after the activation, and goes on after an upgrade. */
	public static function keep_up() {
		$state = Roster_Site::state();
		if ( ! $state['on'] || wp_doing_ajax() || ! current_user_can( Roster_Page::power() ) ) {
			return;
		}
		if ( Roster_Program::build() !== $state['build'] && Roster_Site::is_here( $state ) ) {
			// Another zip was installed over this one.
			self::run();
		}
		// phpcs:ignore WordPress.Security.NonceVerification -- it only tells one activation from many.
		if ( get_current_user_id() === (int) get_site_transient( 'roster_welcome' ) && ! isset( $_GET['activate-multi'] ) ) {
			delete_site_transient( 'roster_welcome' );
			wp_safe_redirect( Roster_Page::url() );
			exit;
		}
	}

	public static function add_schedule( $schedules ) {
		$schedules['roster_often'] = array(
			'interval' => self::TEND_SECONDS,
			'display'  => __( 'Every five minutes', 'roster' ),
		);
		return $schedules;
	}

	/** From time to time: sends what is due and was not sent, and keeps the log small. */
	public static function tend() {
		$state = Roster_Site::state();
		if ( ! Roster_Site::is_here( $state ) || '' === $state['folder'] || ! Roster_Command::is_possible() ) {
			return;
		}
		if ( ! get_site_transient( 'roster_setting_up' ) && is_file( $state['folder'] . '/' . Roster_Gateway::GATE ) ) {
			// Whoever closed it did not come to the end.
			Roster_Ladder::open_gate( $state['folder'] );
			self::raise( $state['rung'], $state['folder'] );
		}
		$log = $state['folder'] . '/roster.log';
		if ( is_file( $log ) && filesize( $log ) > Roster_Gateway::LOG_BYTES ) {
			rename( $log, "$log.1" ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		}
		Roster_Command::roster( $state['folder'], array( 'deliver', '--once' ), 20 );
	}

	/**
	 * Hands what this site asks its own Roster to the program directly: many sites cannot call themselves.
	 *
	 * @param false|array|WP_Error $answer    What somebody else has answered.
	 * @param array                $arguments Of the request.
	 * @param string               $url       Where it goes.
	 */
	public static function answer_own_request( $answer, $arguments, $url ) {
		$state = Roster_Site::state();
		if ( false !== $answer || ! Roster_Site::is_here( $state ) || '' === $state['folder'] || $url !== $state['base'] . '/Deliveries' || ! Roster_Command::is_possible() ) {
			return $answer;
		}
		$path   = Roster_Site::path( $url );
		$server = array(
			'REQUEST_METHOD'  => $arguments['method'],
			'REQUEST_URI'     => $path,
			'SERVER_PROTOCOL' => 'HTTP/1.1',
			'REMOTE_ADDR'     => '127.0.0.1',
			'CONTENT_TYPE'    => 'application/json',
		);
		foreach ( (array) $arguments['headers'] as $name => $value ) {
			$server[ 'HTTP_' . strtoupper( str_replace( '-', '_', $name ) ) ] = (string) $value;
		}
		$found   = Roster_Gateway::ask( $state['folder'], Roster_Gateway::variables( $server, Roster_Site::path( $state['base'] ) ), (string) $arguments['body'] );
		$headers = array();
		foreach ( $found['headers'] as $field ) {
			$headers[ strtolower( $field[0] ) ] = $field[1];
		}
		return array(
			'headers'  => $headers,
			'body'     => $found['body'],
			'response' => array(
				'code'    => $found['status'],
				'message' => '',
			),
			'cookies'  => array(),
			'filename' => null,
		);
	}

	/** @return string What a command said, without a path of ours. */
	private static function words( Roster_Command $run ) {
		$said = trim( '' !== trim( $run->error ) ? $run->error : $run->output );
		return $run->late ? __( 'it did not end in time', 'roster' ) : substr( '' !== $said ? $said : __( 'it said nothing', 'roster' ), 0, 500 );
	}

	private static function lock() {
		if ( get_site_transient( 'roster_setting_up' ) ) {
			return false;
		}
		set_site_transient( 'roster_setting_up', 1, self::LOCK_SECONDS );
		return true;
	}

	private static function unlock() {
		delete_site_transient( 'roster_setting_up' );
	}
}
